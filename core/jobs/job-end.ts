/** How a job's program ended, in the words of its run. */
export const endSentence = (exitCode: number): string => `the program ended with exit code ${exitCode}`

/** The exit code in the cause of a run that ended so; undefined if the program did not report one. */
export function exitCodeIn(cause: string): number | undefined {
  const [, code] = /^the program ended with exit code (\d+)/.exec(cause) ?? []
  return code === undefined ? undefined : Number(code)
}
