import { askAnyServer } from '../base/any-server.ts'
import { sha256 } from '../base/canonical.ts'
import type { ConsulServer, ServiceCatalog } from '../base/catalog.ts'
import { NotFound } from '../base/errors.ts'
import type { Report } from '../registration/round.ts'
import {
  AUTHORITY,
  authorities,
  CERTIFICATE,
  certificates,
  fresh,
  ROTATED,
  type RotatedName,
  type SecretMaker,
  type SecretName,
  type Secrets,
  secretsFingerprint,
  values,
} from './secrets.ts'

/**
 * The steps of a rotation: a new value beside the old one, the new one in use, the new one alone. Each may be
 * repeated, and a rotation that stops anywhere leaves working secrets.
 */
export const ROTATION = ['add', 'use', 'drop'] as const
export type RotationStep = (typeof ROTATION)[number]

/** The beginning of a hash of each new value: it tells the later steps which value is meant. */
export type Marks = Partial<Record<RotatedName, string>>

const markOf = (value: string): string => sha256(value).slice(0, 12)

/**
 * The secrets after a step, and the marks of the new values.
 * @param marks what the step `add` returned
 * @throws {NotFound} when there are no secrets
 */
export function rotated(
  standing: Secrets,
  step: RotationStep,
  marks: Marks,
  maker: SecretMaker,
): { secrets: Map<SecretName, string>; marks: Marks } {
  const secrets = new Map<SecretName, string>()
  const made: Marks = {}
  for (const name of ROTATED) {
    const isAuthority = name === AUTHORITY
    const known = (isAuthority ? authorities : values)(standing.get(name) ?? '')
    if (known.length === 0)
      throw new NotFound(`the platform has no ${name}; deploy it before its secrets are changed`)
    const [next, ...others] =
      step === 'add' ? withNew(known, fresh(name, maker)) : newFirst(known, marks[name])
    made[name] = markOf(next)
    secrets.set(name, lines[step](next, others).join(isAuthority ? '' : '\n'))
  }
  secrets.set(CERTIFICATE, certificates(secrets.get(AUTHORITY)))
  return { secrets, marks: made }
}

const lines: Record<RotationStep, (next: string, others: string[]) => string[]> = {
  add: (next, others) => [...others, next],
  use: (next, others) => [next, ...others],
  drop: (next) => [next],
}

const withNew = (known: string[], next: string): [string, ...string[]] => [next, ...known]

function newFirst(known: string[], mark: string | undefined): [string, ...string[]] {
  const next = known.find((value) => markOf(value) === mark)
  if (next === undefined)
    throw new NotFound('the secrets were changed by somebody else meanwhile; start the rotation again')
  return [next, ...known.filter((value) => value !== next)]
}

export interface LookPorts {
  catalog: Pick<ServiceCatalog, 'secretReports'>
  /** Running Consul servers. */
  servers(): Promise<ConsulServer[]>
}

/** Have all running servers taken over these secrets? `why` says which have not. */
export async function secretsTaken(
  ports: LookPorts,
  secrets: Secrets,
): Promise<{ ready: boolean; why: string }> {
  const servers = await ports.servers()
  if (servers.length === 0) throw new NotFound('no Consul server runs; deploy the platform first')
  // During an election none of them answers.
  const reports = (await askAnyServer(servers, (server) => ports.catalog.secretReports(server))) ?? {}
  const wanted = secretsFingerprint(secrets)
  const late = servers.filter(({ instanceId }) => reports[instanceId] !== wanted)
  return { ready: late.length === 0, why: late.map(({ instanceId }) => instanceId).join(', ') }
}

/** Is there nothing left to register? Then the current token registered every entry. */
export function allRegistered({ registered, failed, problems, waiting }: Report): {
  ready: boolean
  why: string
} {
  const open = [
    ...(registered > 0 ? [`${registered} entries were put again`] : []),
    ...waiting.map((id) => `${id} waits for its server`),
    ...failed.map(({ problem }) => problem),
    ...problems,
  ]
  return { ready: open.length === 0, why: open.slice(0, 5).join('; ') }
}
