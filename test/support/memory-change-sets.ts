import { canonicalJson } from '../../core/base/canonical.ts'
import type { Template } from '../../core/base/cloudformation.ts'
import { InvalidInput } from '../../core/base/errors.ts'
import type { ChangeSets, ImportedResource, ResourceChange, StackInput } from '../../core/template/stacks.ts'
import { type MemoryStacks, resourcesOf } from './memory-stacks.ts'

/** Change sets of stacks in memory. */
export class MemoryChangeSets implements ChangeSets {
  readonly #stacks: MemoryStacks
  /** The templates of all previews. */
  readonly previews: string[] = []

  constructor(stacks: MemoryStacks) {
    this.#stacks = stacks
  }

  async preview(input: StackInput): Promise<ResourceChange[]> {
    this.previews.push(input.template)
    return this.#stacks.changes(input)
  }

  async startImport(input: StackInput, resources: readonly ImportedResource[]): Promise<void> {
    const { name } = input
    const stacks = this.#stacks
    const before = stacks.views.has(name) ? stacks.templates.get(name) : undefined
    refuse(name, resourcesOf(before), resourcesOf(input.template), resources)
    const missing = resources.find(({ key }) => {
      const [id = ''] = Object.values(key)
      return !stacks.made.physical.has(id) || stacks.made.isTaken(id)
    })
    if (missing) stacks.failures.set(name, `${missing.name}: it does not exist, or is in another stack`)
    const bad = before === undefined ? 'ROLLBACK_COMPLETE' : 'IMPORT_ROLLBACK_COMPLETE'
    const end = stacks.outcome(name, 'IMPORT_COMPLETE', bad)
    stacks.calls.push('import')
    const done = end === 'IMPORT_COMPLETE'
    if (done)
      for (const { name: logical, type, key } of resources)
        stacks.made.take(name, { name: logical, type, id: Object.values(key)[0] ?? '' })
    const template = done ? input.template : (before ?? '{"Resources": {}}')
    stacks.settle({ ...input, template, tags: stacks.views.get(name)?.tags ?? {} }, 'IMPORT_IN_PROGRESS', end)
  }
}

/** An import imports, and does nothing else. */
function refuse(
  stack: string,
  before: Template['Resources'],
  after: Template['Resources'],
  resources: readonly ImportedResource[],
): void {
  const place = `stack ${stack}`
  for (const name of Object.keys({ ...before, ...after })) {
    if (resources.some((each) => each.name === name)) {
      if (before[name]) throw new InvalidInput(place, `${name} is in the stack already`)
      if (!after[name]?.DeletionPolicy) throw new InvalidInput(place, `${name} has no DeletionPolicy`)
    } else if (canonicalJson(before[name] ?? null) !== canonicalJson(after[name] ?? null))
      throw new InvalidInput(place, `an import changes nothing else, such as ${name}`)
  }
}
