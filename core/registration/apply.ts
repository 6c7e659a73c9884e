import type { CatalogEntry, ConsulServer, ServiceCatalog } from '../base/catalog.ts'
import { settle } from '../base/parallel.ts'
import type { Successor, Write } from './difference.ts'

export interface Applied {
  done: Write[]
  failed: { write: Write; error: Error }[]
}

/** Writes in flight; the adapters gather them into messages and limit what reaches one server. */
const AT_ONCE = 250

/** Milliseconds between looks for a successor: Raft takes about 100, a first check up to its interval. */
const LOOKS = [0, 150, 350, 1000]

/** How to wait; decisions have no clock of their own. */
export type Pause = (milliseconds: number) => Promise<unknown>

/**
 * Carries out the writes: first those that depend on nothing, then removals of entries that have a successor.
 * A failure stops only what depends on it. If it is cut off anywhere, the next round finds the rest.
 */
export async function apply(catalog: ServiceCatalog, writes: Write[], pause: Pause): Promise<Applied> {
  const first = await applyAll(
    catalog,
    writes.filter((write) => !successorOf(write)),
  )
  const broken = new Set(first.failed.map(({ write }) => write.id))
  const replacements = writes.flatMap((write): Replacement[] => {
    const successor = successorOf(write)
    return successor && !broken.has(successor.id) ? [{ write, successor }] : []
  })
  const made = new Set(first.done.map(({ id }) => id))
  const { ready, lost } = await withSuccessor(catalog, replacements, pause)
  const again = lost.filter(({ successor }) => !made.has(successor.id)).map(registerAgain)
  const second = await applyAll(catalog, [...ready, ...again])
  return { done: [...first.done, ...second.done], failed: [...first.failed, ...second.failed] }
}

/** A removal and the entry that it waits for. */
interface Replacement {
  write: Write
  successor: Successor
}

const successorOf = (write: Write): Successor | undefined => (write as { successor?: Successor }).successor

/**
 * An agent that was away for so long that the leader removed its server believes that the catalog still has
 * what it holds, until it compares everything again: once in one to two minutes. A registration tells it to
 * write the entry now.
 */
const registerAgain = ({ write, successor: { server, id, registration } }: Replacement): Write => ({
  verb: 'register',
  server,
  id,
  instanceId: write.instanceId,
  registration,
  reason: 'its agent holds it, and the catalog does not',
})

/**
 * `ready`: the removals whose successor the catalog shows, passing if the old entry passes. The agent's word
 * is not enough: it answers 200 and lists a service before the catalog has it, and a new check begins
 * critical, so removing then would leave a gap in DNS. Nor is the catalog's word alone: for a moment it shows
 * a server that has just come back as it was when it died. The others are left to the next round; two entries
 * of one address do no harm. `lost`: those of the others whose successor is with its agent only.
 */
async function withSuccessor(
  catalog: ServiceCatalog,
  removals: Replacement[],
  pause: Pause,
): Promise<{ ready: Write[]; lost: Replacement[] }> {
  const ready: Write[] = []
  let lost: Replacement[] = []
  let open = removals
  for (const milliseconds of LOOKS) {
    const [any] = open
    if (!any) break
    if (milliseconds) await pause(milliseconds)
    const [health, held] = await Promise.all([
      healthOf(catalog, any.successor.server, open),
      heldBySuccessors(catalog, open),
    ])
    const isReady = (removal: Replacement): boolean =>
      isReplaced(removal, health ?? [], health ?? []) && isReplaced(removal, held, health ?? [])
    ready.push(...open.filter(isReady).map(({ write }) => write))
    open = open.filter((removal) => !isReady(removal))
    lost = open.filter(({ successor }) => health && isLost(successor, held, health))
  }
  return { ready, lost }
}

/** One in maintenance is left as it is: a registration would end that. */
function isLost({ id, server }: Successor, held: CatalogEntry[], health: CatalogEntry[]): boolean {
  const own = (entry: CatalogEntry) => entry.id === id && entry.nodeAddress === server.address
  return !health.some(own) && held.some((entry) => own(entry) && entry.status !== 'maintenance')
}

/** Undefined when it cannot be read. */
async function healthOf(
  catalog: ServiceCatalog,
  asked: ConsulServer,
  removals: Replacement[],
): Promise<CatalogEntry[] | undefined> {
  const services = new Set(removals.map(({ successor }) => successor.service))
  const health = await catalog.health(asked, { services: [...services] }).catch(() => undefined)
  return health && Object.values(health).flat()
}

/** The successors that their own agents hold. */
async function heldBySuccessors(catalog: ServiceCatalog, removals: Replacement[]): Promise<CatalogEntry[]> {
  const byServer = Map.groupBy(removals, ({ successor }) => successor.server)
  const listings = await Promise.all(
    [...byServer].map(async ([server, some]) => {
      const ids = [...new Set(some.map(({ write }) => write.instanceId))]
      return await catalog.listing(server, { instanceIds: ids }).then(
        ({ entries }) => entries,
        () => [],
      )
    }),
  )
  return listings.flat()
}

/** @param health given if the old entry may have begun to pass since it was listed */
function isReplaced(
  { write, successor }: Replacement,
  entries: CatalogEntry[],
  health: CatalogEntry[],
): boolean {
  const passing =
    successor.passing ||
    health.some(
      ({ id, nodeAddress, status }) =>
        id === write.id && nodeAddress === write.server.address && status === 'passing',
    )
  return entries.some(
    (entry) =>
      entry.id === successor.id &&
      entry.nodeAddress === successor.server.address &&
      (entry.status === 'passing' || entry.status === 'maintenance' || !passing),
  )
}

async function applyAll(catalog: ServiceCatalog, writes: Write[]): Promise<Applied> {
  const errors = new Map<Write, Error>()
  await settle(AT_ONCE, writes, (write) =>
    carryOut(catalog, write).catch((error: Error) => errors.set(write, error)),
  )
  return {
    done: writes.filter((write) => !errors.has(write)),
    failed: writes.flatMap((write) => {
      const error = errors.get(write)
      return error ? [{ write, error }] : []
    }),
  }
}

async function carryOut(catalog: ServiceCatalog, write: Write): Promise<void> {
  switch (write.verb) {
    case 'register':
      return await catalog.register(write.server, { registration: write.registration, asleep: write.asleep })
    case 'deregister':
      return await catalog.deregister(write.server, { id: write.id })
    case 'forget':
      return await catalog.forget(write.server, { node: write.node, id: write.id })
    case 'maintenance':
      return await catalog.maintenance(write.server, {
        id: write.id,
        reason: write.reason,
        instead: write.instead,
      })
    case 'return':
      return await catalog.maintenance(write.server, { id: write.id, reason: null })
  }
}
