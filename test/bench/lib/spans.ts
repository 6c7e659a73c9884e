/** The fields of an event in an execution's history that are used here; the SDK's type fits. */
interface Event {
  timestamp?: Date | undefined
  stateEnteredEventDetails?: { name?: string | undefined } | undefined
  stateExitedEventDetails?: { name?: string | undefined } | undefined
}

/** When an execution was in a state, once for each visit; in milliseconds since 1970. */
export interface Span {
  from: number
  to: number
}

/** The visits to a state that is left before it is entered again. */
export function spans(history: readonly Event[], state: string): Span[] {
  const times = (name: (event: Event) => string | undefined): number[] =>
    history.filter((event) => name(event) === state).map(({ timestamp }) => Number(timestamp))
  const left = times((event) => event.stateExitedEventDetails?.name)
  return times((event) => event.stateEnteredEventDetails?.name).map((from, visit) => ({
    from,
    to: left[visit] ?? from,
  }))
}
