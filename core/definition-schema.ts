import * as z from 'zod'

/**
 * Consul's service definition in the spelling of its HTTP API (Consul docs, "Register Service" of the agent API and
 * "Services configuration reference"). Closed: Consul answers an unknown field with HTTP 400, so it is refused here
 * before it gets that far. Field names in any other spelling are mapped onto these by `definition-spelling.ts`.
 */
const text = z.string()
const named = z.string().min(1, 'must not be empty')
const port = z.int().min(0, 'must be 0 to 65535').max(65535, 'must be 0 to 65535')
const flag = z.boolean()
/** Go's time.ParseDuration; Consul reads a bare number as nanoseconds, which nobody means. */
const duration = z
  .string('must be a duration such as "10s"')
  .regex(/^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$/, 'must be a duration such as "10s"')
const state = z.enum(['passing', 'warning', 'critical'], 'must be passing, warning or critical')

/** Kinds of check; each needs exactly one of these fields. */
const PROBES = ['HTTP', 'GRPC', 'TCP', 'UDP', 'H2PING'] as const
const FOREIGN = {
  Args: 'a script would run on the Consul server, not on this instance',
  ScriptArgs: 'a script would run on the Consul server, not on this instance',
  DockerContainerID: 'a unikernel has no containers',
  Shell: 'a unikernel has no shell',
  OSService: 'it would ask the operating system of the Consul server',
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
    AliasNode: named.optional(),
    AliasService: named.optional(),
    Args: z.unknown().optional(),
    ScriptArgs: z.unknown().optional(),
    DockerContainerID: z.unknown().optional(),
    Shell: z.unknown().optional(),
    OSService: z.unknown().optional(),
    TLSServerName: text.optional(),
    TLSSkipVerify: flag.optional(),
    Interval: duration.optional(),
    Timeout: duration.optional(),
    OutputMaxSize: z.int().positive().optional(),
    SuccessBeforePassing: z.int().min(0).optional(),
    FailuresBeforeWarning: z.int().min(0).optional(),
    FailuresBeforeCritical: z.int().min(0).optional(),
    DeregisterCriticalServiceAfter: duration.optional(),
    ProxyHTTP: text.optional(),
    ProxyGRPC: text.optional(),
  })
  .superRefine((check, context) => {
    const refuse = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message, input: check })
    for (const [field, reason] of Object.entries(FOREIGN))
      if (check[field as keyof typeof FOREIGN] !== undefined)
        return refuse(field, `is not possible here: ${reason}`)
    const probes = PROBES.filter((kind) => check[kind] !== undefined)
    const alias = check.AliasNode !== undefined || check.AliasService !== undefined
    const kinds = [...probes, ...(check.TTL === undefined ? [] : ['TTL']), ...(alias ? ['AliasService'] : [])]
    const last = kinds.at(-1)
    if (last === undefined)
      return refuse(
        '',
        'says nothing to check; give it one of http, grpc, tcp, udp, h2ping, ttl or alias_service',
      )
    if (kinds.length > 1)
      return refuse(
        last,
        `stands beside ${kinds[0]}, and Consul would run only one of them; make it two checks`,
      )
    const interval = check.Interval !== undefined && !/^[0.]+[a-zµ]+$/.test(check.Interval)
    if (probes.length > 0 && !interval)
      refuse('Interval', `is needed for a check of kind ${probes[0]}, such as "10s"`)
    if (check.TTL !== undefined && interval)
      refuse('Interval', 'has no meaning beside ttl; remove one of them')
  })

const Address = z.strictObject({ Address: text, Port: port.optional() })

export const Service = z.strictObject({
  Name: named,
  ID: named.optional(),
  Kind: text.optional(),
  Tags: z.array(z.string()).optional(),
  Address: text.optional(),
  SocketPath: text.optional(),
  Port: port.optional(),
  TaggedAddresses: z.record(z.string(), Address).optional(),
  Meta: z
    .record(
      z.string().regex(/^[A-Za-z0-9_-]{1,128}$/, 'a key must be 1 to 128 of A-Z a-z 0-9 _ -'),
      z.string().max(512, 'must not be longer than 512 characters'),
    )
    // Consul allows 64 pairs and five are ours.
    .refine((meta) => Object.keys(meta).length <= 59, 'must not hold more than 59 pairs')
    .optional(),
  Weights: z
    .strictObject({ Passing: z.int().min(1).max(65535), Warning: z.int().min(0).max(65535) })
    .optional(),
  EnableTagOverride: flag.optional(),
  Check: Check.optional(),
  Checks: z.array(Check).optional(),
  Connect: z.record(z.string(), z.unknown()).optional(),
  Proxy: z.record(z.string(), z.unknown()).optional(),
  Locality: z.record(z.string(), z.unknown()).optional(),
})

export type CheckDefinition = z.infer<typeof Check>
/** One service in canonical spelling, as `parseDefinition` returns it. */
export type ServiceDefinition = z.infer<typeof Service>
