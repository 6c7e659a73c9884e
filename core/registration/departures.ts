import type { ConsulServer, ServiceCatalog } from '../base/catalog.ts'
import {
  type Departure,
  drainedMessage,
  type Hint,
  isDeparture,
  type LifecycleAction,
  stillLeavingMessage,
} from './hints.ts'
import { isOurs } from './registration.ts'

/** Messages to itself, delivered after the given number of seconds. */
export interface LaterQueue {
  send(body: string, delaySeconds: number): Promise<void>
}

export interface LifecycleActions {
  /** Lets the group go on with a termination; an action that is over or unknown is not an error. */
  complete(action: LifecycleAction): Promise<void>
}

/** What it takes to let instances go. */
export interface DepartureParts {
  stage: string
  catalog: ServiceCatalog
  later: LaterQueue
  lifecycle: LifecycleActions
  /** Seconds for which a terminating instance goes on answering clients that still know its address. */
  drainSeconds: number
  /**
   * Seconds that a Consul server which its group terminates stays as it is: for so long a network load
   * balancer may still send it new flows.
   */
  serverDrainSeconds: number
}

/**
 * Ids of servers whose agents hold entries of ours. One that does not answer has nothing left to hand over.
 */
export async function ladenServers(parts: DepartureParts, going: ConsulServer[]): Promise<Set<string>> {
  const listings = await Promise.allSettled(going.map((server) => parts.catalog.listing(server)))
  const laden = listings.flatMap((listing) =>
    listing.status === 'fulfilled' && listing.value.entries.some((entry) => isOurs(entry, parts.stage))
      ? [listing.value.server.instanceId]
      : [],
  )
  return new Set(laden)
}

/**
 * Seconds between the looks at a Consul server that goes, before it may go with entries: they leave DNS
 * together with it, and the new ones are found once their first check has passed, after their interval at the
 * latest. Each look is a message to this function itself, and Lambda stops a chain of 16 ("Lambda recursive
 * loop detection"), so there are nine of them in half a minute.
 */
export const MOVE_SECONDS = [1, 1, 2, 2, 3, 4, 5, 6, 6]

/** Comes back to an order after some seconds. */
export async function lookLater(parts: DepartureParts, order: Departure, seconds: number): Promise<void> {
  await parts.later.send(stillLeavingMessage(order.lifecycle, order.attempt + 1), seconds)
}

/**
 * The first orders to Consul servers to go. Until the load balancer sends them nothing new, they answer and
 * keep their entries like any other server; only then do these move.
 */
export function firstOrders(parts: DepartureParts, hints: Hint[], servers: ConsulServer[]): Departure[] {
  if (!parts.serverDrainSeconds) return []
  const ids = new Set(servers.map(({ instanceId }) => instanceId))
  return hints.filter(isDeparture).filter(({ attempt, instanceId }) => attempt === 0 && ids.has(instanceId))
}

/**
 * Clients still know an instance for a moment after it left DNS; nobody needs a server or an unknown instance
 * that long.
 */
export async function drain(parts: DepartureParts, { lifecycle }: Departure, known: boolean): Promise<void> {
  if (known && parts.drainSeconds) await parts.later.send(drainedMessage(lifecycle), parts.drainSeconds)
  else await parts.lifecycle.complete(lifecycle)
}
