import { InvalidInput, NanofleetError } from '../base/errors.ts'
import { didYouMean } from '../base/suggest.ts'
import { holdsData } from '../template/data-types.ts'
import type { ResourceChange, StackPart } from '../template/stacks.ts'
import { described, holdsText, type Known } from './holdings.ts'

/** A resource with data that a deployment would take away from its app. */
export interface Loss extends StackPart {
  /** What is set aside leaves its app, and is kept. */
  fate: 'replaced' | 'deleted' | 'set aside'
  /** The properties that cause it, or the backup; empty for one that left the resources. */
  because: string[]
  /** As counted just before. */
  holds: Known
}

/** A loss before anybody has counted. */
export type FoundLoss = Omit<Loss, 'holds'>

/** Data would be lost, and nobody named it; nothing was touched. */
export class DataAtRisk extends NanofleetError {}

/**
 * What an update would take away, by CloudFormation's own change set. A replacement that depends on a value
 * known only later counts as one, and so does anything CloudFormation cannot say.
 */
export function lossesIn(changes: readonly ResourceChange[]): FoundLoss[] {
  return changes.flatMap(({ name, id = '', type, action, replacement, causes }): FoundLoss[] => {
    if (!holdsData(type)) return []
    if (action === 'Remove') return [{ name, id, type, fate: 'deleted', because: [] }]
    const keeps = action === 'Add' || action === 'Import' || (action === 'Modify' && replacement === 'False')
    return keeps ? [] : [{ name, id, type, fate: 'replaced', because: causes }]
  })
}

/**
 * Compares what would be lost with what somebody named.
 * @throws {InvalidInput} for a name that nothing would be lost of
 * @throws {DataAtRisk} one sentence that names every loss and how to go on
 */
export function refuseUnnamed(app: string, losses: readonly Loss[], named: readonly string[]): void {
  refuseUnknown(app, losses, named)
  if (losses.every(({ name }) => named.includes(name))) return
  const names = losses.map(({ name }) => name)
  const option = `--replace-data ${names.join(',')}`
  const verb = losses.every(({ fate }) => fate === 'set aside') ? 'restore' : 'deploy'
  throw new DataAtRisk(
    `the data of ${app}: ${losses.map(lossText).join(' | ')}; nothing was touched; to go on without ` +
      `${names.length > 1 ? 'them' : 'it'}, ${verb} with ${option} ` +
      `("replaceData": ${JSON.stringify(names)} in the workflow's input)`,
  )
}

/** @throws {InvalidInput} */
export function refuseUnknown(app: string, losses: readonly Loss[], named: readonly string[]): void {
  const names = losses.map(({ name }) => name)
  const unknown = named.find((name) => !names.includes(name))
  if (unknown === undefined) return
  const problem = `${app} would not lose ${unknown}`
  throw new InvalidInput(
    'input of deploy: replaceData',
    problem,
    names.length > 0 ? didYouMean(unknown, names) : 'leave it out; no data would be lost',
  )
}

/** `Orders (table nanofleet-dev-shop-Orders-1X, holds 3 rows) would be replaced, because …`. */
export function lossText(loss: Loss): string {
  const { name, fate, because, holds } = loss
  const what = `${name} (${described(loss)}, ${holdsText(holds)})`
  if (fate === 'set aside')
    return `${what} would leave the app for the table restored from ${because.join()}, and be kept`
  const why =
    fate === 'deleted'
      ? 'because the resources no longer have it'
      : because.length > 0
        ? `because ${because.join(' and ')} ${because.length > 1 ? 'change' : 'changes'}`
        : 'as CloudFormation cannot rule out'
  return `${what} would be ${fate}, ${why}`
}
