import { Resolver } from 'node:dns/promises'
import { isIn } from '../../core/base/address.ts'
import { ServiceFailure } from '../../core/base/errors.ts'
import type { Place } from '../../core/proxy/places.ts'

const NOBODY = new Set(['ENOTFOUND', 'ENODATA'])

/** Where services answer, as Consul's DNS says: instances whose check does not fail. */
export class ConsulNames {
  readonly #resolver = new Resolver({ timeout: 1000, tries: 2 })
  readonly #vpcCidr: string

  /** @param servers addresses with ports. An answer outside `vpcCidr` is left out. */
  constructor(servers: readonly string[], vpcCidr: string) {
    this.#resolver.setServers([...servers])
    this.#vpcCidr = vpcCidr
  }

  /**
   * Healthy instances in random order; nobody for a name that Consul does not know.
   * @throws {ServiceFailure} when Consul does not answer
   */
  async places(service: string, most: number): Promise<Place[]> {
    const found = await this.#ask(() => this.#resolver.resolveSrv(`${service}.service.consul`))
    const some = shuffled(found).slice(0, most)
    const places = await Promise.all(
      some.map(async ({ name, port }) => {
        const [address = ''] = await this.#ask(() => this.#resolver.resolve4(name))
        return { instance: address, address, port }
      }),
    )
    return places.filter(({ address, port }) => isIn(address, this.#vpcCidr) && port > 0)
  }

  async #ask<T>(question: () => Promise<T[]>): Promise<T[]> {
    try {
      return await question()
    } catch (cause) {
      const { code = '', message } = cause as NodeJS.ErrnoException
      if (NOBODY.has(code)) return []
      throw new ServiceFailure(`Consul's DNS does not answer: ${message}`, { cause })
    }
  }
}

const shuffled = <T>(list: readonly T[]): T[] =>
  list
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
