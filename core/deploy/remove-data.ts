import { NanofleetError } from '../base/errors.ts'
import { appStack } from '../base/names.ts'
import type { StackPart, Stacks } from '../template/stacks.ts'
import { described } from './holdings.ts'
import type { KeptBook } from './kept-data.ts'

/** Data that a person named could not be deleted; it is still kept. */
export class DataNotRemoved extends NanofleetError {}

/** What others use goes after them; all that is not here goes first. */
const ORDER = [
  'AWS::MSK::Configuration',
  'AWS::EC2::SecurityGroup',
  'AWS::ACMPCA::CertificateAuthorityActivation',
  'AWS::ACMPCA::Certificate',
  'AWS::ACMPCA::CertificateAuthority',
]

export interface RemovalPorts {
  /** Name of the stage. */
  stage: string
  stacks: Pick<Stacks, 'find' | 'parts'>
  kept: Pick<KeptBook, 'list' | 'drop'>
  /** Deletes a table, bucket or queue with all it holds; one that does not exist counts as deleted. */
  remover: { remove(resource: StackPart): Promise<void> }
}

/**
 * Deletes what a person named for one execution, now that it is in no stack any more. What a stack has is
 * left alone, whatever its record says.
 * @returns the logical ids of what was deleted
 * @throws {DataNotRemoved} for what could not be deleted, which stays on record
 */
export async function removeNamedData(
  { stage, stacks, kept, remover }: RemovalPorts,
  { app, execution }: { app: string; execution: string },
): Promise<string[]> {
  const named = (await kept.list(app)).filter(({ confirmedBy }) => confirmedBy === execution)
  if (named.length === 0) return []
  const stack = appStack(stage, app)
  const parts = (await stacks.find(stack)) ? await stacks.parts(stack) : []
  const inStack = new Set(parts.map(({ id }) => id))
  const left: string[] = []
  const removed: string[] = []
  const free = named.filter(({ id }) => !inStack.has(id))
  for (const each of free.toSorted((one, other) => ORDER.indexOf(one.type) - ORDER.indexOf(other.type))) {
    try {
      await remover.remove(each)
      await kept.drop(app, [each])
      removed.push(each.name)
    } catch (error) {
      left.push(
        `${each.name} (${described(each)}): ${error instanceof Error ? error.message : String(error)}`,
      )
    }
  }
  if (left.length === 0) return removed
  throw new DataNotRemoved(`${app}: data that was to go is still kept: ${left.join(' | ')}`)
}
