import type { ServiceSpec } from '../base/manifest-types.ts'
import type { Stage } from '../base/stage.ts'

/** The host name of Consul's user interface, below the domain, and the path that answers without a token. */
export const UI_HOST = 'consul'
const HEALTH = '/v1/status/leader'

/**
 * Addresses that a rule can name beside its host: it takes five values in all ("Quotas for your Application
 * Load Balancers").
 */
export const MOST_SOURCES = 4

/** How the public load balancer leads to Consul's user interface. */
export interface PublicUi {
  host: string
  health: string
  /** Address blocks that may reach it. */
  sources: string[]
}

/**
 * Consul's user interface in public: over HTTPS only, and only for the addresses that the stage names (none
 * by default). Undefined for every other service, and if it is private.
 */
export function publicUi(
  { kind }: Pick<ServiceSpec, 'kind'>,
  {
    domain,
    certificateArn,
    consulUiSources = [],
  }: Pick<Stage, 'domain' | 'certificateArn' | 'consulUiSources'>,
): PublicUi | undefined {
  if (kind !== 'consulserver' || consulUiSources.length === 0) return undefined
  if (domain === undefined || certificateArn === undefined) return undefined
  return { host: UI_HOST, health: HEALTH, sources: consulUiSources }
}
