import { plainText } from '../base/plain-text.ts'

/** A build that did not succeed, as CodeBuild and its log describe it. */
export interface FailedBuild {
  id: string
  /** FAILED, FAULT, TIMED_OUT or STOPPED. */
  status: string
  /** The phase that did not succeed: BUILD, PROVISIONING … */
  phase: string
  /** CodeBuild's own words, such as `Error while executing command: …`. */
  message: string
  /** The end of the log, event by event; an event may have several lines. */
  log: string[]
}

/** What CodeBuild's runner says about itself: `[Container] 2026/01/01 00:00:00 Phase complete: …`. */
const RUNNER = /^\[Container\]/

const LONGEST = 400

/**
 * The build's id from the cause that Step Functions gives for a failed build: a JSON description of it that
 * may be cut off before `Id`, so it is taken from `Arn`, the first of its fields. Undefined if the build
 * never started.
 */
export function buildIdIn(cause: string): string | undefined {
  return cause.match(/"(?:Arn": ?"arn:[^"]*:build\/|Id": ?")([^"/]+:[0-9a-f-]{36})"/)?.[1]
}

/**
 * A path of the machine that built, cut to that in the repository: a build runs in a folder of its own, whose
 * name says nothing.
 */
const ofTheApp = (line: string): string =>
  line.replaceAll(/(?<![\w.~-])(?:\/|(?:\.\.?\/)+)(?:[^\s:"'`()]*\/)?(?=(?:apps|images|buildspecs)\/)/g, '')

/** One sentence: what happened, the last words of the build's own programs, and where the rest is. */
export function explainBuild({ id, status, phase, message, log }: FailedBuild): string {
  const own = log
    .map(plainText)
    .map(ofTheApp)
    .filter((event) => event.trim() !== '' && !RUNNER.test(event))
  const said = own.slice(-3).join(' / ') || plainText(message) || 'it wrote no log'
  const what = status === 'TIMED_OUT' ? 'took too long' : status === 'STOPPED' ? 'was stopped' : 'failed'
  return `the build ${what} in phase ${phase}: ${said.slice(0, LONGEST)} (CodeBuild ${id})`
}
