import type { ConsulServer, Registration, ServiceCatalog } from '../../../core/base/catalog.ts'
import { settle } from '../../../core/base/parallel.ts'
import { startConsul } from '../../live/consul.ts'
import { FakeCatalog } from '../../support/fake-catalog.ts'

/** An empty catalog with its servers. */
export interface BenchCatalog {
  what: string
  catalog: ServiceCatalog
  servers: ConsulServer[]
  stop(): Promise<void>
}

/** The tests' model, or three real Consul servers. */
export async function benchCatalog(kind: string): Promise<BenchCatalog> {
  if (kind === 'consul') {
    const { catalog, servers, stop } = await startConsul(3)
    return { what: 'three real Consul servers', catalog, servers, stop }
  }
  const servers = [1, 2, 3].map((index) => ({ instanceId: `i-0c${index}`, address: `10.76.0.${index}` }))
  return { what: 'the model catalog', catalog: new FakeCatalog(servers), servers, stop: async () => {} }
}

/** How many entries between two lines of progress. */
const STEP = 500

/**
 * Registers all of them and reports progress. On each write Consul reads all checks of the node and all
 * instances of the service (1.22: events of its streams, its usage counts), on every server, so the last of
 * many entries take several times as long as the first: 5,000 take minutes on a busy machine.
 */
export async function fill(
  catalog: ServiceCatalog,
  wanted: { server: ConsulServer; registration: Registration }[],
  told: (done: number) => void,
): Promise<void> {
  for (let start = 0; start < wanted.length; start += STEP) {
    const outcomes = await settle(48, wanted.slice(start, start + STEP), ({ server, registration }) =>
      catalog.register(server, { registration }),
    )
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
    told(Math.min(start + STEP, wanted.length))
  }
}
