/**
 * The variables that the command line reads itself; the AWS SDK reads its own (profiles, keys),
 * local/settings.ts its.
 */
export interface Environment {
  AWS_REGION?: string | undefined
  AWS_DEFAULT_REGION?: string | undefined
  /** Where the local region is, unless in the repository of the apps. */
  NANOFLEET_STATE?: string | undefined
  /** Program that opens a URL. */
  BROWSER?: string | undefined
}

/** The only place in the command line that reads the environment. */
export const readEnvironment = (): Environment => process.env

/** All of it, for a program that a command starts in this shell's name. */
export const processEnvironment = (): NodeJS.ProcessEnv => process.env
