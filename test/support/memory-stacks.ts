import type { Template } from '../../core/base/cloudformation.ts'
import type { ResourceChange, StackInput, StackPart, Stacks, StackView } from '../../core/template/stacks.ts'
import { MemoryResources } from './memory-resources.ts'

/**
 * CloudFormation in memory: every operation is done after one look. Names are ids, a resource is no more than
 * its physical id and what it holds, and an output must be a plain value or the `Ref` of a parameter.
 */
export class MemoryStacks implements Stacks {
  readonly views = new Map<string, StackView>()
  readonly templates = new Map<string, string>()
  /** The verbs that changed something, in order. */
  readonly calls: string[] = []
  /** Why the next operation on the stack of this name fails. */
  readonly failures = new Map<string, string>()
  readonly made = new MemoryResources()
  /** Stack policies, by the stack's name. */
  readonly policies = new Map<string, string>()
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
    const end = this.outcome(input.name, 'CREATE_COMPLETE', 'ROLLBACK_COMPLETE')
    this.stand(input, 'CREATE_IN_PROGRESS', end)
  }

  async update(input: StackInput): Promise<boolean> {
    const { name } = input
    const view = this.#idle(name)
    const before = this.templates.get(name) ?? ''
    if (before === input.template && same(view.parameters, input.parameters)) return false
    this.calls.push('update')
    if (input.policy !== undefined) this.policies.set(name, input.policy)
    const denied = this.#denied(input)
    if (denied !== undefined) this.failures.set(name, denied)
    const end = this.outcome(name, 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE')
    if (end === 'UPDATE_COMPLETE') this.stand(input, 'UPDATE_IN_PROGRESS', end)
    else this.stand({ ...view, template: before }, 'UPDATE_IN_PROGRESS', end)
    return true
  }

  async remove(name: string): Promise<void> {
    this.calls.push('remove')
    const view = this.views.get(name)
    if (!view) return
    this.made.delete(name, resourcesOf(this.templates.get(name)))
    view.status = 'DELETE_IN_PROGRESS'
    this.#next.set(name, 'DELETE_COMPLETE')
  }

  async resources(name: string, type: string): Promise<string[]> {
    return (await this.parts(name)).filter((part) => part.type === type).map(({ id }) => id)
  }

  async parts(name: string): Promise<StackPart[]> {
    if (!this.views.has(name)) throw new Error(`Stack with id ${name} does not exist`)
    return this.made.of(name)
  }

  async firstFailure(id: string): Promise<string | undefined> {
    return this.#reasons.get(id)
  }

  /** Adds a stack; with `next`, the status that follows on the first look. */
  stand(input: StackInput, status: string, next?: string): void {
    const before = this.views.has(input.name) ? resourcesOf(this.templates.get(input.name)) : {}
    this.made.apply(input.name, before, resourcesOf(input.template))
    this.settle(input, status, next)
  }

  /** The same, without touching what its resources are. */
  settle(input: StackInput, status: string, next?: string): void {
    const { name, template, parameters, tags } = input
    const outputs = outputsOf(template, parameters)
    this.views.set(name, structuredClone({ id: name, name, status, outputs, parameters, tags }))
    this.templates.set(name, template)
    if (input.policy !== undefined) this.policies.set(name, input.policy)
    if (next) this.#next.set(name, next)
  }

  /** What an update would do. */
  changes({ name, template }: StackInput): ResourceChange[] {
    this.#idle(name)
    return this.made.changes(name, resourcesOf(this.templates.get(name)), resourcesOf(template))
  }

  /** How the operation on a stack ends. */
  outcome(name: string, good: string, bad: string): string {
    const reason = this.failures.get(name)
    this.failures.delete(name)
    if (reason === undefined) this.#reasons.delete(name)
    else this.#reasons.set(name, reason)
    return reason === undefined ? good : bad
  }

  #idle(name: string): StackView {
    const view = this.views.get(name)
    if (!view) throw new Error(`Stack [${name}] does not exist`)
    if (/_IN_PROGRESS$|^ROLLBACK_COMPLETE$/.test(view.status))
      throw new Error(`Stack:${name} is in ${view.status} state and can not be updated.`)
    return view
  }

  /** Why the stack's policy, or the one of this update, does not allow it. */
  #denied(input: StackInput): string | undefined {
    const policy = input.policyNow ?? this.policies.get(input.name)
    if (policy === undefined) return undefined
    const [, deny] = (JSON.parse(policy) as { Statement: Denial[] }).Statement
    const types = deny?.Condition.StringEquals.ResourceType ?? []
    const denied = this.changes(input).find(
      ({ name, type, action, replacement }) =>
        types.includes(type) &&
        (action === 'Remove' || replacement === 'True') &&
        !(deny?.NotResource ?? []).includes(`LogicalResourceId/${name}`),
    )
    return denied && `${denied.name}: Action denied by stack policy`
  }
}

/** The second statement of our stack policies. */
interface Denial {
  NotResource?: string[]
  Condition: { StringEquals: { ResourceType: string[] } }
}

const same = (a: Record<string, string>, b: Record<string, string>): boolean =>
  Object.keys({ ...a, ...b }).every((key) => a[key] === b[key])

/** Those whose condition holds: any but one that compares two different texts. */
export function resourcesOf(template = '{}'): Template['Resources'] {
  const { Resources, Conditions = {} } = JSON.parse(template || '{}') as Partial<Template>
  const holds = (name: string): boolean => {
    const { 'Fn::Equals': [first, second] = [] } = Conditions[name] as { 'Fn::Equals'?: unknown[] }
    return typeof first !== 'string' || typeof second !== 'string' || first === second
  }
  return Object.fromEntries(
    Object.entries(Resources ?? {}).filter(
      ([, { Condition }]) => Condition === undefined || holds(Condition),
    ),
  )
}

function outputsOf(template: string, parameters: Record<string, string>): Record<string, string> {
  const { Outputs = {} } = JSON.parse(template) as Template
  const value = (given: unknown): string =>
    typeof given === 'object' && given !== null && 'Ref' in given
      ? (parameters[String(given.Ref)] ?? '')
      : String(given)
  return Object.fromEntries(Object.entries(Outputs).map(([name, output]) => [name, value(output.Value)]))
}
