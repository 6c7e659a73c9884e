import { NanofleetError, ServiceFailure } from '../../core/base/errors.ts'
import { askPrivately, type PrivateApi } from '../../local/root-key.ts'
import { until } from './wait.ts'

/** Counts by kind: stacks, instances, images, snapshots, parameters, processes and so on. */
export type Inventory = Record<string, number>

/** Something is left over after the demo. */
export class Leftovers extends NanofleetError {}

export async function readInventory(region: PrivateApi): Promise<Inventory> {
  const response = await askPrivately(region, 'inventory')
  if (!response.ok)
    throw new ServiceFailure(`The region does not return its inventory: HTTP ${response.status}`)
  return (await response.json()) as Inventory
}

/**
 * Compares the inventory with the earlier one, kind by kind.
 * @throws Leftovers that names every kind with a different count
 */
export async function compare(before: Inventory, region: PrivateApi): Promise<string[]> {
  let last: Inventory = {}
  await until('the same inventory as before', 15, async () => {
    last = await readInventory(region)
    return differences(before, last).length === 0 ? true : undefined
  }).catch((cause: unknown) => {
    throw new Leftovers(`something is left over: ${differences(before, last).join(', ')}`, { cause })
  })
  return Object.entries(last).map(([kind, count]) => `${kind} ${count}`)
}

/** `images 2 instead of 0` for every kind whose count changed. Log groups stay: they record what happened. */
export function differences(before: Inventory, after: Inventory): string[] {
  const kinds = new Set([...Object.keys(before), ...Object.keys(after)])
  kinds.delete('logGroups')
  return [...kinds]
    .filter((kind) => (before[kind] ?? 0) !== (after[kind] ?? 0))
    .map((kind) => `${kind} ${after[kind] ?? 0} instead of ${before[kind] ?? 0}`)
}
