/**
 * Every error of ours. `name` is what Step Functions matches in `Catch` and what the CLI maps to an exit
 * code; the message is one sentence: what is wrong, where, what to do.
 */
export class NanofleetError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
  }
}

/** Input that a person can fix: nothing has been changed when it is thrown. */
export class InvalidInput extends NanofleetError {
  /** @param place file, line or path, such as `images/web/app.yml: services.web.port` */
  constructor(place: string, problem: string, remedy?: string, options?: ErrorOptions) {
    super(`${place}: ${problem}${remedy ? `; ${remedy}` : ''}`, options)
  }

  /** Several problems of one input as one error, a sentence per line; the only one of a list as it is. */
  static all(problems: readonly InvalidInput[]): InvalidInput {
    const [first = new InvalidInput('input', 'is invalid'), ...others] = problems
    if (others.length === 0) return first
    const error = new InvalidInput('', '', undefined, { cause: new AggregateError(problems) })
    error.message = problems.map(({ message }) => message).join('\n')
    return error
  }
}

/** Another execution works on the same app. */
export class LockHeld extends NanofleetError {}

/** A thing that was asked for by name does not exist. */
export class NotFound extends NanofleetError {}

/** A foreign service answered what it should not, or not at all. */
export class ServiceFailure extends NanofleetError {}

/**
 * A foreign service was reached and will not do what it was asked, or answers what nobody can read: waiting,
 * or asking another of its servers, does not help.
 */
export class ServiceRefusal extends ServiceFailure {}
