import * as z from 'zod'
import { goNanoseconds } from '../base/go-duration.ts'
import { placesOf, targetProblem } from './check-targets.ts'
import { PROBE_META, probeProblem } from './spoken.ts'

/**
 * Consul's service definition in the spelling of its HTTP API (Consul docs, "Register Service" of the agent
 * API and "Services configuration reference"). Closed: Consul answers an unknown field with HTTP 400, so we
 * refuse it before it gets that far. `spelling.ts` maps field names in other spellings onto these.
 */
const text = z.string()
const named = z.string().min(1, 'must not be empty')
/** Consul's DNS answers for `<name>.service.consul`: a label of RFC 1035. */
const label = named.regex(
  /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/,
  'must be a name that DNS can say: letters, digits and dashes between them, 63 at most',
)
/** A whole number from `least` to `most`. */
const whole = (least: number, most: number) => {
  const message = `must be a whole number, ${least} to ${most}`
  return z.int(message).min(least, message).max(most, message)
}
const port = whole(0, 65535)
const count = z.int('must be a whole number').min(0, 'must not be less than 0')
const flag = z.boolean()
/** Consul's API reads a bare number as nanoseconds, which nobody means. */
const duration = z
  .string('must be a duration such as "10s"')
  .refine((written) => goNanoseconds(written) !== undefined, 'must be a duration such as "10s"')
const state = z.enum(['passing', 'warning', 'critical'], 'must be passing, warning or critical')

const FOREIGN = {
  Args: 'a script would run on the Consul server, not on this instance',
  ScriptArgs: 'a script would run on the Consul server, not on this instance',
  DockerContainerID: 'a unikernel has no containers',
  Shell: 'a unikernel has no shell',
  // CheckAlias.Stop in Consul 1.22 waits for a blocking query while it holds the agent's lock (tried).
  AliasNode: 'to end such a check a Consul server stops answering for up to a minute',
  OSService: 'it would ask the operating system of the Consul server',
  Token: 'Nanofleet registers with a token of its own',
  ProxyHTTP: 'a proxy would be asked instead of the instance',
  ProxyGRPC: 'a proxy would be asked instead of the instance',
} as const

export const Check = z
  .strictObject({
    CheckID: named.optional(),
    Name: text.optional(),
    Notes: text.optional(),
    Status: state.optional(),
    HTTP: named.optional(),
    Header: z.record(z.string(), z.array(z.string())).optional(),
    Method: text.optional(),
    Body: text.optional(),
    DisableRedirects: flag.optional(),
    GRPC: named.optional(),
    GRPCUseTLS: flag.optional(),
    TCP: named.optional(),
    TCPUseTLS: flag.optional(),
    UDP: named.optional(),
    H2PING: named.optional(),
    H2PingUseTLS: flag.optional(),
    TTL: duration.optional(),
    AliasNode: z.unknown().optional(),
    AliasService: named.optional(),
    Args: z.unknown().optional(),
    ScriptArgs: z.unknown().optional(),
    DockerContainerID: z.unknown().optional(),
    Shell: z.unknown().optional(),
    OSService: z.unknown().optional(),
    Token: z.unknown().optional(),
    // Consul accepts it and ignores it.
    ServiceID: text.optional(),
    TLSServerName: text.optional(),
    TLSSkipVerify: flag.optional(),
    Interval: duration.optional(),
    Timeout: duration.optional(),
    OutputMaxSize: count.optional(),
    SuccessBeforePassing: count.optional(),
    FailuresBeforeWarning: count.optional(),
    FailuresBeforeCritical: count.optional(),
    DeregisterCriticalServiceAfter: duration.optional(),
    ProxyHTTP: z.unknown().optional(),
    ProxyGRPC: z.unknown().optional(),
  })
  .superRefine((check, context) => {
    const refuse = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message, input: check })
    for (const [field, reason] of Object.entries(FOREIGN))
      if (check[field as keyof typeof FOREIGN] !== undefined)
        return refuse(field, `is not possible here: ${reason}`)
    const places = placesOf(check)
    const probes = places.map(([kind]) => kind)
    const alias = check.AliasService !== undefined
    const [interval, ttl] = [check.Interval, check.TTL].map((each) => each && goNanoseconds(each))
    const kinds = [...probes, ...(ttl ? ['TTL'] : []), ...(alias ? ['AliasService'] : [])]
    const last = kinds.at(-1)
    if (last === undefined && check.TTL !== undefined) return refuse('TTL', 'must be longer than nothing')
    if (last === undefined)
      return refuse(
        '',
        'says nothing to check; give it one of http, grpc, tcp, udp, h2ping, ttl or alias_service',
      )
    if (kinds.length > 1)
      return refuse(
        last,
        `is set together with ${kinds[0]}, and Consul would run only one of them; make it two checks`,
      )
    for (const [kind, asked] of places) {
      const problem = targetProblem(kind, asked)
      if (problem) return refuse(kind, problem)
    }
    if (check.HTTP !== undefined && check.DisableRedirects === false)
      refuse('DisableRedirects', 'must not be false: a redirect could lead a Consul server anywhere')
    if (probes.length > 0 && !interval)
      refuse('Interval', `is needed for a check of kind ${probes[0]}, such as "10s"`)
    if (ttl && interval) refuse('Interval', 'has no meaning beside ttl; remove one of them')
    const { FailuresBeforeWarning: warning = 0, FailuresBeforeCritical: critical = 0 } = check
    if (warning > critical)
      refuse(
        'FailuresBeforeWarning',
        `must not be higher than failures_before_critical, which is ${critical}`,
      )
  })

const Address = z.strictObject({ Address: text, Port: port.optional() })

/** What Consul wants under these tags; the token becomes an IPv4 address. */
const v4 = [z.ipv4().or(z.literal('HEALTHROUTE')), '10.77.0.20'] as const
const v6 = [z.ipv6(), '2001:db8::1'] as const
const FAMILIES = { lan_ipv4: v4, wan_ipv4: v4, lan_ipv6: v6, wan_ipv6: v6 }

const Locality = z
  .strictObject({ Region: text.optional(), Zone: text.optional() })
  .refine(
    ({ Region, Zone }) => Zone === undefined || Region !== undefined,
    'must name the region of its zone',
  )

/** Consul counts bytes. */
const bytes = (written: string): number => new TextEncoder().encode(written).length

const metaKey = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,128}$/, 'a key must be 1 to 128 of A-Z a-z 0-9 _ -')
  .refine(
    (name) => !name.startsWith('consul-'),
    'keys that begin with "consul-" are reserved for Consul itself',
  )

const Connect = z
  .strictObject({ Native: flag.optional(), SidecarService: z.unknown().optional() })
  .refine(
    ({ SidecarService }) => SidecarService === undefined,
    'must not have a sidecar: a unikernel is one program, and Connect is off',
  )

const KINDS = [
  'connect-proxy',
  'mesh-gateway',
  'terminating-gateway',
  'ingress-gateway',
  'api-gateway',
] as const

export const Service = z
  .strictObject({
    Name: label,
    ID: named.optional(),
    Kind: z.enum(KINDS, `must be one of ${KINDS.join(', ')}, or absent`).optional(),
    Tags: z.array(z.string()).optional(),
    Address: text.optional(),
    SocketPath: z.unknown().optional(),
    Port: port.optional(),
    TaggedAddresses: z
      .record(z.string(), Address)
      .superRefine((addresses, context) => {
        for (const [name, [family, example]] of Object.entries(FAMILIES)) {
          const given = addresses[name]?.Address
          if (given === undefined || family.safeParse(given).success) continue
          const message = `must be an address such as ${example}`
          context.addIssue({ code: 'custom', path: [name, 'Address'], message, input: given })
        }
      })
      .optional(),
    Meta: z
      .record(
        metaKey,
        z.string().refine((value) => bytes(value) <= 512, 'must not be longer than 512 bytes'),
      )
      // Consul allows 64 pairs and seven are ours.
      .refine((meta) => Object.keys(meta).length <= 57, 'must not hold more than 57 pairs')
      .optional(),
    // The defaults of Consul's command; its API would read an absent one as 0.
    Weights: z
      .strictObject({
        Passing: whole(1, 65535).default(1),
        Warning: whole(0, 65535).default(1),
      })
      .optional(),
    EnableTagOverride: flag.optional(),
    Check: Check.optional(),
    Checks: z.array(Check).optional(),
    Connect: Connect.optional(),
    Proxy: z.record(z.string(), z.unknown()).optional(),
    Locality: Locality.optional(),
    Token: z.unknown().optional(),
  })
  .superRefine((service, context) => {
    const refuse = (field: string, reason: string) =>
      context.addIssue({
        code: 'custom',
        path: [field],
        message: `is not possible here: ${reason}`,
        input: service,
      })
    if (service.Token !== undefined) refuse('Token', FOREIGN.Token)
    if (service.SocketPath !== undefined)
      refuse('SocketPath', 'no other machine can reach a socket of this one')
    const message = probeProblem(service)
    if (message) context.addIssue({ code: 'custom', path: ['Meta', PROBE_META], message, input: service })
  })

export type CheckDefinition = z.infer<typeof Check>
/** One service in canonical spelling, as `parseDefinition` returns it. */
export type ServiceDefinition = z.infer<typeof Service>
