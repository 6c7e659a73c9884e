export interface StackView {
  id: string
  name: string
  /** CloudFormation's status code, such as `UPDATE_ROLLBACK_COMPLETE`. */
  status: string
  outputs: Record<string, string>
  parameters: Record<string, string>
  tags: Record<string, string>
}

export interface StackInput {
  name: string
  /** JSON text. */
  template: string
  parameters: Record<string, string>
  tags: Record<string, string>
  /** The stack policy from now on; absent leaves the one it has. */
  policy?: string
  /** Holds instead, for this one update. */
  policyNow?: string
}

/** One resource of a stack. */
export interface StackPart {
  /** Its logical id. */
  name: string
  type: string
  /** Its physical id. */
  id: string
}

/** What an update would do to one resource, as CloudFormation's change set says. */
export interface ResourceChange {
  /** Its logical id. */
  name: string
  /** Its physical id; one that is new has none. */
  id?: string
  type: string
  action: 'Add' | 'Modify' | 'Remove' | 'Import' | 'Dynamic'
  /** Of what is modified; `Conditional` depends on a value that is known only during the update. */
  replacement?: 'True' | 'False' | 'Conditional'
  /** The properties that change so that it would be replaced. */
  causes: string[]
}

/** An existing resource that a stack takes in. */
export interface ImportedResource {
  name: string
  type: string
  /** By which CloudFormation finds it: `{ TableName: … }`. */
  key: Record<string, string>
}

/** Change sets of stacks: what an update would do, and the import of what exists. */
export interface ChangeSets {
  /**
   * What an update would do; nothing is changed, and no change set is left behind.
   * @throws {InvalidInput} with CloudFormation's reason when it refuses the template
   * @throws {ServiceFailure} when the stack is busy for long, or CloudFormation does not answer
   */
  preview(input: StackInput): Promise<ResourceChange[]>
  /**
   * Starts taking existing resources into a stack, which is created if it does not exist. An import changes
   * no tags: a new stack has none until its next update.
   * @throws {InvalidInput} with CloudFormation's reason when it refuses; nothing is touched then
   */
  startImport(input: StackInput, resources: readonly ImportedResource[]): Promise<void>
}

/** CloudFormation stacks of the stage. */
export interface Stacks {
  /** Resolves to undefined if there is no such stack; a name does not find a deleted one. */
  find(name: string): Promise<StackView | undefined>
  /** Every stack that carries these tags. */
  tagged(tags: Record<string, string>): Promise<StackView[]>
  /** The template as it was submitted. */
  template(name: string): Promise<string | undefined>
  create(input: StackInput): Promise<void>
  /** Resolves to false if there is nothing to update. */
  update(input: StackInput): Promise<boolean>
  remove(name: string): Promise<void>
  /** Physical ids of the stack's resources of one type. */
  resources(name: string, type: string): Promise<string[]>
  /** Every resource that the stack has. */
  parts(name: string): Promise<StackPart[]>
  /**
   * The first thing that failed in the stack's last operation, with its reason: `Table: Table already
   * exists`.
   */
  firstFailure(id: string): Promise<string | undefined>
}
