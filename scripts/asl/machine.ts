/** A state, as far as the checks read it. */
export interface State {
  Type: string
  Comment?: string
  Resource?: string
  End?: boolean
  Retry?: { ErrorEquals: string[] }[]
  Assign?: Record<string, unknown>
  Choices?: { Assign?: Record<string, unknown> }[]
  Catch?: { ErrorEquals: string[]; Assign?: Record<string, unknown> }[]
  ItemProcessor?: Machine
  Branches?: Machine[]
}

/** A state machine, or what a Map or a branch of a Parallel runs. */
export interface Machine {
  Comment?: string
  QueryLanguage?: string
  States: Record<string, State>
}

/** What the state runs inside: the iteration of a Map, the branches of a Parallel. */
export const innerMachines = ({ ItemProcessor, Branches = [] }: State): Machine[] => [
  ...(ItemProcessor ? [ItemProcessor] : []),
  ...Branches,
]
