import type { Manifest } from '../base/manifest-types.ts'
import { appStack, PLATFORM, serviceStack } from '../base/names.ts'
import { neededPort, readNeed } from '../base/needed.ts'
import { loadBalancerAddresses } from '../base/resolvers.ts'
import type { Stage } from '../base/stage.ts'
import { type CheckPort, checkedPorts } from '../definition/check-ports.ts'
import type { App } from '../template/parsed-app.ts'
import { publicUi } from '../template/public-ui.ts'

/** Who must be able to reach whom, without groups, routes or listeners. A fleet is a service's stack. */
export type RequiredPath =
  | { kind: 'connect'; from: string; to: string; protocol: 'tcp' | 'udp'; port: number }
  | { kind: 'probe'; to: string; protocol: 'tcp' | 'udp'; port: number }
  | { kind: 'proxy'; to: string; port: number }
  /** To a Kafka cluster: of a fleet, or else of the function that sets topics and rights. */
  | { kind: 'brokers'; from?: string; cluster: string }
  | { kind: 'proxy-names'; servers: string; addresses: string[] }
  | { kind: 'aws'; from: string }
  | { kind: 'function-aws'; beside: string }
  | { kind: 'gateway-endpoint'; from: string; service: 's3' | 'dynamodb' }
  | { kind: 'names'; from: string; servers: string; addresses: string[] }
  | { kind: 'sent-on'; listener: number; to: number }
  | { kind: 'public'; to: string; port: number; listener: number; host?: string; path?: string }

/** Every path that the app needs to work, derived from its manifest and definitions alone. */
export function requiredPaths(
  { bundle: { manifest }, definitions }: Pick<App, 'bundle' | 'definitions'>,
  stage: Stage,
): RequiredPath[] {
  const checks = checkedPorts(definitions)
  const { app, kafka, services } = manifest
  const cluster = kafka && `${appStack(stage.name, app)}/${kafka.cluster}`
  const fleet = (service: string) => serviceStack(stage.name, app, service)
  const servers = serviceStack(stage.name, PLATFORM, 'consul')
  const own = app === PLATFORM && stage.certificateArn !== undefined ? [SENT_ON] : []
  const each = Object.entries(services).flatMap(([name, service]): RequiredPath[] => {
    const self = fleet(name)
    return [
      { kind: 'aws', from: self },
      { kind: 'gateway-endpoint', from: self, service: 's3' },
      { kind: 'gateway-endpoint', from: self, service: 'dynamodb' },
      ...names(app, self, servers, stage),
      ...service.needs.flatMap((need): RequiredPath[] => {
        const port = neededPort(services, need)
        return port === undefined
          ? []
          : [{ kind: 'connect', from: self, to: fleet(readNeed(need).service), protocol: 'tcp', port }]
      }),
      ...(cluster !== undefined && service.kafka ? [{ kind: 'brokers' as const, from: self, cluster }] : []),
      ...(checks[name] as CheckPort[]).flatMap((check): RequiredPath[] => [
        { kind: 'connect', from: servers, to: self, ...check },
        { kind: 'probe', to: self, ...check },
      ]),
      ...(app === PLATFORM || service.port === undefined
        ? []
        : [{ kind: 'proxy' as const, to: self, port: service.port }]),
      ...publicPaths(service, self, stage),
      ...(service.kind === 'consulserver' ? catalog(self) : []),
    ]
  })
  const proxy =
    app === PLATFORM ? [] : [{ kind: 'proxy-names' as const, servers, addresses: resolversOf(stage) }]
  const rights = cluster === undefined ? [] : [{ kind: 'brokers' as const, cluster }]
  return [...own, ...each, ...proxy, ...rights]
}

/** Where there is a certificate, plain HTTP only leads to HTTPS. */
const SENT_ON: RequiredPath = { kind: 'sent-on', listener: 80, to: 443 }

const resolversOf = ({ privateCidrs }: Stage): string[] => loadBalancerAddresses(privateCidrs)

function names(app: string, from: string, servers: string, stage: Stage): RequiredPath[] {
  if (app === PLATFORM) return []
  return [{ kind: 'names', from, servers, addresses: resolversOf(stage) }]
}

function publicPaths(service: Manifest['services'][string], to: string, stage: Stage): RequiredPath[] {
  const { expose, port } = service
  const ui = publicUi(service, stage)
  if (ui && port !== undefined)
    return [{ kind: 'public', to, port, listener: 443, host: `${ui.host}.${stage.domain}`, path: '/' }]
  if (!expose || port === undefined) return []
  const shared = stage.certificateArn === undefined ? 80 : 443
  return [
    ...(stage.portListeners ? [{ kind: 'public' as const, to, port, listener: expose.port }] : []),
    ...(stage.domain === undefined
      ? []
      : [
          {
            kind: 'public' as const,
            to,
            port,
            listener: shared,
            host: `${expose.host}.${stage.domain}`,
            path: expose.path,
          },
        ]),
  ]
}

/**
 * What servers need from each other, and the control plane from them ("Required ports" in Consul's
 * documentation).
 */
const catalog = (self: string): RequiredPath[] => [
  { kind: 'connect', from: self, to: self, protocol: 'tcp', port: 8300 },
  { kind: 'connect', from: self, to: self, protocol: 'tcp', port: 8301 },
  { kind: 'connect', from: self, to: self, protocol: 'udp', port: 8301 },
  // A server that starts asks the others for a leader.
  { kind: 'connect', from: self, to: self, protocol: 'tcp', port: 8501 },
  { kind: 'probe', to: self, protocol: 'tcp', port: 8501 },
  // The Lambda is in the servers' subnets and reads its token from Parameter Store.
  { kind: 'function-aws', beside: self },
]

/** A path on one line, for messages. */
export function pathName(path: RequiredPath): string {
  switch (path.kind) {
    case 'connect':
      return `${path.from} -> ${path.to} ${path.protocol} ${path.port}`
    case 'probe':
      return `Lambda consul -> ${path.to} ${path.protocol} ${path.port}`
    case 'proxy':
      return `Lambda proxy -> ${path.to} tcp ${path.port}`
    case 'brokers':
      return `${path.from ?? 'Lambda kafka'} -> brokers of ${path.cluster}`
    case 'proxy-names':
      return `Lambda proxy -> names at ${path.addresses.join(', ')}`
    case 'aws':
      return `${path.from} -> AWS APIs`
    case 'function-aws':
      return 'Lambda consul -> AWS APIs'
    case 'gateway-endpoint':
      return `${path.from} -> ${path.service}`
    case 'names':
      return `${path.from} -> names at ${path.addresses.join(', ')}`
    case 'sent-on':
      return `internet -> port ${path.to} through port ${path.listener}`
    case 'public':
      return `internet -> ${path.to} through port ${path.listener}${path.host ? `, ${path.host}${path.path}` : ''}`
  }
}
