import { goNanoseconds } from '../base/go-duration.ts'
import type { CheckDefinition } from '../definition/schema.ts'
import { opensPort, type Spoken } from '../definition/spoken.ts'

/**
 * One question to an instance: what Consul asks when it runs the check. `milliseconds` limits the wait for
 * the answer.
 */
export type Probe = { host: string; port: number; milliseconds: number; tls?: ProbeTls } & (
  | { kind: 'http'; method: string; path: string; headers: Record<string, string[]>; body: string }
  | { kind: 'grpc'; service: string }
  | { kind: 'tcp' | Spoken }
)

/** TLS without verifying the certificate. An empty name means that none is sent, as for an address. */
export interface ProbeTls {
  serverName: string
}

/** What Consul's HTTP checks send unless the definition says otherwise (Go adds the encoding). */
const HEADERS = {
  'User-Agent': 'Consul Health Check',
  Accept: 'text/plain, text/*, */*',
  'Accept-Encoding': 'gzip',
}
/** Consul's own timeout of a check that names none. */
const TIMEOUT_NS = 10e9

/**
 * How to ask what Consul will ask: only questions to the instance itself whose answer we judge exactly as
 * Consul does. Undefined leaves the check to Consul: UDP, HTTP/2 pings, TTL and aliases; another host; a
 * verified certificate, since Consul trusts the roots of its own machine; a check whose author gave it a
 * first state or that needs several passes.
 * @param check as registered, with the address instead of its token
 * @param spoken the protocol in which the service's TCP checks are asked
 */
export function probeOf(check: CheckDefinition, address: string, spoken?: Spoken): Probe | undefined {
  if (check.Status !== undefined || check.SuccessBeforePassing) return undefined
  if (check.ProxyHTTP !== undefined || check.ProxyGRPC !== undefined) return undefined
  const probe = httpProbe(check) ?? grpcProbe(check) ?? tcpProbe(check, spoken)
  if (probe.host !== address || (probe.tls && check.TLSSkipVerify !== true)) return undefined
  return probe
}

/** An HTTP check passes with these; nobody follows a redirect, Consul neither. */
export const isPassingStatus = (status: number): boolean => status >= 200 && status <= 299

function httpProbe(check: CheckDefinition): Probe | undefined {
  const [, scheme, host = '', port, path = ''] =
    check.HTTP?.match(/^(https?):\/\/([^/:?#@]+)(?::(\d+))?([/?][^#]*)?(?:#.*)?$/) ?? []
  if (scheme === undefined) return undefined
  const given = check.Header ?? {}
  const names = Object.keys(given)
  // Go knows `Host` only in this spelling and would send any other beside its own.
  if (names.some((name) => name !== 'Host' && name.toLowerCase() === 'host')) return undefined
  const absent = Object.entries(HEADERS).filter(
    ([name]) => !names.some((each) => each.toLowerCase() === name.toLowerCase()),
  )
  return {
    kind: 'http',
    ...base(check, host, port ?? (scheme === 'https' ? 443 : 80), scheme === 'https'),
    method: check.Method || 'GET',
    path: path.startsWith('/') ? path : `/${path}`,
    headers: { ...Object.fromEntries(absent.map(([name, value]) => [name, [value]])), ...given },
    body: check.Body ?? '',
  }
}

function grpcProbe(check: CheckDefinition): Probe | undefined {
  const [, host, port, service = ''] = check.GRPC?.match(/^([^:/]+):(\d+)(?:\/(.*))?$/) ?? []
  if (host === undefined) return undefined
  return { kind: 'grpc', ...base(check, host, port, check.GRPCUseTLS === true), service }
}

function tcpProbe(check: CheckDefinition, spoken?: Spoken): Probe {
  // A check of another kind asks no host.
  const [, host = '', port] = check.TCP?.match(/^([^:/]+):(\d+)$/) ?? []
  const kind = spoken !== undefined && opensPort(check) ? spoken : 'tcp'
  return { kind, ...base(check, host, port, check.TCPUseTLS === true) }
}

/** How long Consul waits for the answer to a check. */
export const timeoutMs = ({ Timeout }: CheckDefinition): number =>
  ((Timeout && goNanoseconds(Timeout)) || TIMEOUT_NS) / 1e6

function base(check: CheckDefinition, host: string, port: unknown, tls: boolean) {
  return {
    host,
    port: Number(port),
    milliseconds: timeoutMs(check),
    ...(tls ? { tls: { serverName: check.TLSServerName ?? '' } } : {}),
  }
}
