import dns from 'node:dns/promises'
import { isIP } from 'node:net'
import { type ChannelOptions, experimental, status } from '@grpc/grpc-js'
import { noneIfUnknown } from '../unknown-name.ts'

/** Targets of this scheme, `instances:<host:port>[,<host:port>…]`, mean all instances behind the names. */
export const SCHEME = 'instances'

/**
 * Consul changes its answer within a second of a failed check; callers notice at most half a second later.
 */
const ASK_MS = 500

type Target = Parameters<typeof experimental.createResolver>[0]

/**
 * Follows the instances behind names while the channel is in use. grpc-js's own resolver asks again only when
 * a connection breaks, at most every 30 s, so it never sees a new instance next to healthy old ones.
 */
class Instances implements experimental.Resolver {
  readonly #hosts: experimental.HostPort[]
  readonly #listener: experimental.ResolverListener
  readonly #target: string
  #timer: NodeJS.Timeout | undefined
  #round = 0
  #told = ''

  constructor(target: Target, listener: experimental.ResolverListener, _options: ChannelOptions) {
    this.#target = target.path
    this.#hosts = parse(target.path)
    this.#listener = listener
  }

  static getDefaultAuthority(target: Target): string {
    return target.path.split(',', 1)[0] ?? target.path
  }

  updateResolution(): void {
    if (this.#round > 0) return
    this.#round += 1
    void this.#follow(this.#round)
  }

  destroy(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#round = 0
    this.#told = ''
  }

  async #follow(round: number): Promise<void> {
    const answers = await Promise.allSettled(this.#hosts.map(addressesOf))
    // Destroyed, and perhaps restarted, while the query was under way.
    if (this.#round !== round) return
    this.#tell(answers)
    if (this.#hosts.every(({ host }) => isIP(host) > 0)) return
    this.#timer = setTimeout(() => void this.#follow(round), ASK_MS)
    this.#timer.unref()
  }

  /**
   * Reports changes only: each list makes the balancer rebuild its children. After a failed query or an empty
   * answer, the known instances stay in use. They may be the last that still answer while their successor
   * starts, and calling one that is gone fails no worse than calling nobody.
   */
  #tell(answers: PromiseSettledResult<string[]>[]): void {
    const failed = answers.find((answer) => answer.status === 'rejected')
    const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
    const all = [...new Set(found)].sort()
    const known = this.#told.startsWith('found ')
    if (known && (failed || all.length === 0)) return
    const news = all.length > 0 ? `found ${all}` : `none ${failed?.reason}`
    if (news === this.#told) return
    this.#told = news
    if (all.length > 0) {
      const endpoints = all.map((address) => ({ addresses: [asAddress(address)] }))
      this.#listener(experimental.statusOrFromValue(endpoints), {}, null, '')
    } else {
      const why = failed ? `the name cannot be resolved: ${failed.reason}` : 'no instance is registered'
      const error = { code: status.UNAVAILABLE, details: `${this.#target}: ${why}` }
      this.#listener(experimental.statusOrFromError(error), {}, null, '')
    }
  }
}

/** Registers our scheme with grpc-js; once per process is enough, more does no harm. */
export function followInstances(): void {
  experimental.registerResolver(SCHEME, Instances)
}

/** @throws Error when a part is not `host:port` */
export function parse(address: string): experimental.HostPort[] {
  return address.split(',').map((part) => {
    const split = experimental.splitHostPort(part.trim())
    if (!split?.host || !split.port || split.port > 65535) {
      throw new Error(
        `${JSON.stringify(address)} is not the address of a gRPC service; write host:port, or several separated by commas`,
      )
    }
    return split
  })
}

/** `host:port` of each instance; none when the name server does not know the name. */
async function addressesOf({ host, port }: experimental.HostPort): Promise<string[]> {
  if (isIP(host) > 0) return [`${host} ${port}`]
  const addresses = await (isLocal(host) ? local(host) : dns.resolve4(host)).catch(noneIfUnknown)
  return addresses.map((address) => `${address} ${port}`)
}

/** Names without a dot come from the machine's own hosts file, which only the system's lookup reads. */
const isLocal = (host: string): boolean => !host.includes('.') || host.endsWith('.localhost')

const local = async (host: string): Promise<string[]> =>
  (await dns.lookup(host, { all: true, family: 4 })).map(({ address }) => address)

function asAddress(text: string): { host: string; port: number } {
  const [host = '', port = ''] = text.split(' ')
  return { host, port: Number(port) }
}
