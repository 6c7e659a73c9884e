import { canonicalJson } from '../../core/base/canonical.ts'
import type { Resource, Template } from '../../core/base/cloudformation.ts'
import type { ResourceChange, StackPart } from '../../core/template/stacks.ts'
import { replacingChanges } from '../../core/template/type-schema.ts'
import { SCHEMAS } from './type-schemas.ts'

type Resources = Template['Resources']

interface Physical {
  type: string
  /** Rows, objects or messages. */
  holds: number
}

/**
 * The physical resources of all stacks, with what they hold: made, replaced, deleted or left behind as
 * CloudFormation would.
 */
export class MemoryResources {
  /** By physical id. */
  readonly physical = new Map<string, Physical>()
  readonly #parts = new Map<string, StackPart[]>()

  of(stack: string): StackPart[] {
    return structuredClone(this.#parts.get(stack) ?? [])
  }

  /** What an update would do to each resource of a stack. */
  changes(stack: string, before: Resources, after: Resources): ResourceChange[] {
    const id = (name: string) => this.of(stack).find((part) => part.name === name)?.id
    return Object.keys({ ...before, ...after }).flatMap((name): ResourceChange[] => {
      const [old, young] = [before[name], after[name]]
      const known = id(name) === undefined ? {} : { id: id(name) as string }
      if (!young) return old ? [{ name, type: old.Type, action: 'Remove', causes: [], ...known }] : []
      if (!old) return [{ name, type: young.Type, action: 'Add', causes: [] }]
      if (canonicalJson(withoutPolicies(old)) === canonicalJson(withoutPolicies(young))) return []
      const causes = replaces(old, young)
      const replacement = causes.length > 0 ? 'True' : 'False'
      return [{ name, type: young.Type, action: 'Modify', replacement, causes, ...known }]
    })
  }

  /** Brings a stack's resources to a template. */
  apply(stack: string, before: Resources, after: Resources): void {
    const parts = new Map(this.of(stack).map((part) => [part.name, part]))
    for (const { name, action, replacement } of this.changes(stack, before, after)) {
      const [old, young, part] = [before[name], after[name], parts.get(name)]
      if (action === 'Remove') {
        this.#leave(part, old?.DeletionPolicy)
        parts.delete(name)
      } else if (action === 'Add' || replacement === 'True') {
        if (part) this.#leave(part, young?.UpdateReplacePolicy)
        parts.set(name, this.#make(stack, name, young as Resource))
      }
    }
    this.#parts.set(stack, [...parts.values()])
  }

  /** Deletes a stack's resources but those that are to stay. */
  delete(stack: string, resources: Resources): void {
    for (const part of this.of(stack)) this.#leave(part, resources[part.name]?.DeletionPolicy)
    this.#parts.delete(stack)
  }

  /** Takes in what exists. */
  take(stack: string, part: StackPart): void {
    this.#parts.set(stack, [...this.of(stack), part])
  }

  isTaken(id: string): boolean {
    return [...this.#parts.values()].flat().some((part) => part.id === id)
  }

  #leave(part: StackPart | undefined, policy = 'Delete'): void {
    if (part && !policy.startsWith('Retain')) this.physical.delete(part.id)
  }

  #make(stack: string, name: string, { Type: type }: Resource): StackPart {
    let id = `${stack}-${name}`
    for (let number = 2; this.physical.has(id); number++) id = `${stack}-${name}-${number}`
    this.physical.set(id, { type, holds: 0 })
    return { name, type, id }
  }
}

/** A changed policy alone is no change ("DeletionPolicy attribute"). */
const withoutPolicies = ({ DeletionPolicy: _a, UpdateReplacePolicy: _b, ...rest }: Resource) => rest

function replaces(old: Resource, young: Resource): string[] {
  if (old.Type !== young.Type) return ['Type']
  return replacingChanges(SCHEMAS[young.Type] ?? {}, old.Properties, young.Properties)
}
