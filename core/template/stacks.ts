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
  /**
   * The first thing that failed in the stack's last operation, with its reason: `Table: Table already
   * exists`.
   */
  firstFailure(id: string): Promise<string | undefined>
}
