// @ts-check
/** A build cannot continue; the message is the last line of the build's log. */
export class BuildFailure extends Error {
  /**
   * @param {string} message
   * @param {ErrorOptions} [options]
   */
  constructor(message, options) {
    super(message, options)
    this.name = new.target.name
  }
}

/**
 * Runs a script's main function; a failure is printed as one sentence and ends the process with status 1.
 * @param {() => Promise<void>} main
 */
export async function runScript(main) {
  try {
    await main()
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`)
    process.exitCode = 1
  }
}

/**
 * One sentence for what a build or AWS refuses, a stack trace for unexpected errors.
 * @param {unknown} error
 * @returns {string}
 */
function explain(error) {
  if (!(error instanceof Error)) return String(error)
  const foreseen = error instanceof BuildFailure || '$metadata' in error
  const text = foreseen ? `${error.name}: ${error.message}` : (error.stack ?? error.message)
  return error.cause instanceof Error ? `${text}\n  ${error.cause.message}` : text
}
