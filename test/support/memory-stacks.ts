import type { Template } from '../../core/base/cloudformation.ts'
import type { StackInput, Stacks, StackView } from '../../core/template/stacks.ts'

/**
 * CloudFormation in memory: every operation is done after one look. Names are ids, resources are not created,
 * and an output must be a plain value or the `Ref` of a parameter.
 */
export class MemoryStacks implements Stacks {
  readonly views = new Map<string, StackView>()
  readonly templates = new Map<string, string>()
  /** The verbs that changed something, in order. */
  readonly calls: string[] = []
  /** Why the next operation on the stack of this name fails. */
  readonly failures = new Map<string, string>()
  readonly #next = new Map<string, string>()
  readonly #reasons = new Map<string, string>()

  async find(name: string): Promise<StackView | undefined> {
    const view = this.views.get(name)
    const seen = view && structuredClone(view)
    const next = this.#next.get(name)
    if (view && next) {
      view.status = next
      this.#next.delete(name)
      if (next === 'DELETE_COMPLETE') this.views.delete(name)
    }
    return seen
  }

  async tagged(tags: Record<string, string>): Promise<StackView[]> {
    const carries = (view: StackView) =>
      Object.entries(tags).every(([key, value]) => view.tags[key] === value)
    return structuredClone([...this.views.values()].filter(carries))
  }

  async template(name: string): Promise<string | undefined> {
    return this.views.has(name) ? this.templates.get(name) : undefined
  }

  async create(input: StackInput): Promise<void> {
    if (this.views.has(input.name)) throw new Error(`Stack [${input.name}] already exists`)
    this.calls.push('create')
    this.stand(input, 'CREATE_IN_PROGRESS', this.#outcome(input.name, 'CREATE_COMPLETE', 'ROLLBACK_COMPLETE'))
  }

  async update(input: StackInput): Promise<boolean> {
    const { name } = input
    const view = this.#idle(name)
    if (this.templates.get(name) === input.template && same(view.parameters, input.parameters)) return false
    this.calls.push('update')
    const end = this.#outcome(name, 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE')
    if (end === 'UPDATE_COMPLETE') this.stand(input, 'UPDATE_IN_PROGRESS', end)
    else this.stand({ ...view, template: this.templates.get(name) ?? '' }, 'UPDATE_IN_PROGRESS', end)
    return true
  }

  async remove(name: string): Promise<void> {
    this.calls.push('remove')
    const view = this.views.get(name)
    if (!view) return
    view.status = 'DELETE_IN_PROGRESS'
    this.#next.set(name, 'DELETE_COMPLETE')
  }

  async resources(name: string, type: string): Promise<string[]> {
    if (!this.views.has(name)) throw new Error(`Stack with id ${name} does not exist`)
    const template = JSON.parse(this.templates.get(name) ?? '') as Template
    return Object.entries(template.Resources)
      .filter(([, resource]) => resource.Type === type)
      .map(([logicalId]) => `${name}-${logicalId}`)
  }

  async firstFailure(id: string): Promise<string | undefined> {
    return this.#reasons.get(id)
  }

  /** Adds a stack; with `next`, the status that follows on the first look. */
  stand(input: StackInput, status: string, next?: string): void {
    const { name, template, parameters, tags } = input
    const outputs = outputsOf(template, parameters)
    this.views.set(name, structuredClone({ id: name, name, status, outputs, parameters, tags }))
    this.templates.set(name, template)
    if (next) this.#next.set(name, next)
  }

  #idle(name: string): StackView {
    const view = this.views.get(name)
    if (!view) throw new Error(`Stack [${name}] does not exist`)
    if (/_IN_PROGRESS$|^ROLLBACK_COMPLETE$/.test(view.status))
      throw new Error(`Stack:${name} is in ${view.status} state and can not be updated.`)
    return view
  }

  #outcome(name: string, good: string, bad: string): string {
    const reason = this.failures.get(name)
    this.failures.delete(name)
    if (reason === undefined) this.#reasons.delete(name)
    else this.#reasons.set(name, reason)
    return reason === undefined ? good : bad
  }
}

const same = (a: Record<string, string>, b: Record<string, string>): boolean =>
  Object.keys({ ...a, ...b }).every((key) => a[key] === b[key])

function outputsOf(template: string, parameters: Record<string, string>): Record<string, string> {
  const { Outputs = {} } = JSON.parse(template) as Template
  const value = (given: unknown): string =>
    typeof given === 'object' && given !== null && 'Ref' in given
      ? (parameters[String(given.Ref)] ?? '')
      : String(given)
  return Object.fromEntries(Object.entries(Outputs).map(([name, output]) => [name, value(output.Value)]))
}
