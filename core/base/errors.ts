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

/** Input that a person can fix; when it is thrown, nothing has changed yet. */
export class InvalidInput extends NanofleetError {
  /** Where the problem is; empty for several of them. */
  readonly place: string

  /** @param place file, line or path, such as `images/web/app.yml: services.web.port` */
  constructor(place: string, problem: string, remedy?: string, options?: ErrorOptions) {
    super(`${place}: ${problem}${remedy ? `; ${remedy}` : ''}`, options)
    this.place = place
  }

  /** The problems of this error, one by one. */
  get problems(): InvalidInput[] {
    return this.cause instanceof AggregateError ? (this.cause.errors as InvalidInput[]) : [this]
  }

  /** Several problems of one input as one error, a sentence per line; a single problem as it is. */
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

/** Another service (AWS, Consul) gave a wrong answer, or none. */
export class ServiceFailure extends NanofleetError {}

/**
 * Another service was reached but refuses, or its answer cannot be read: waiting, or asking another of its
 * servers, does not help.
 */
export class ServiceRefusal extends ServiceFailure {}
