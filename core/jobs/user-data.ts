import { InvalidInput } from '../base/errors.ts'
import { type Loader, NODE_LOADER } from '../manifest/job-loader.ts'

/** Bytes before their encoding ("Run commands when you launch an EC2 instance with user data input"). */
const LARGEST_USER_DATA = 16_384

/** What the program of a job is told. */
export interface JobOrder {
  /** The run's name. */
  job: string
  args: readonly string[]
  /** Where its exit code is reported with PUT. */
  result: string
}

/**
 * The user data of a job's instance: that of the service's launch template, and the job. Lines are separated
 * by CR LF; of two with the same name the later one counts.
 * @param template decoded user data of the launch template
 * @param baked the environment of config.json
 * @throws {InvalidInput} when the arguments are too long
 */
export function jobUserData(
  template: string,
  baked: Record<string, unknown>,
  order: JobOrder,
  loader: Loader,
): string {
  const lines = template.split(/\r?\n/).filter(Boolean)
  const own = lines.filter((line) => !line.startsWith('NODE_OPTIONS='))
  const options = lines.findLast((line) => line.startsWith('NODE_OPTIONS='))?.slice('NODE_OPTIONS='.length)
  const text = [
    ...(loader === 'node' ? own : lines),
    `NANOFLEET_JOB=${order.job}`,
    `NANOFLEET_JOB_ARGS=${argumentsText(order.args)}`,
    `NANOFLEET_JOB_RESULT=${order.result}`,
    ...(loader === 'node'
      ? [
          `NODE_OPTIONS=${[options ?? String(baked.NODE_OPTIONS ?? ''), `--import=${NODE_LOADER}`].join(' ').trim()}`,
        ]
      : []),
  ].join('\r\n')
  const bytes = new TextEncoder().encode(text).length
  if (bytes <= LARGEST_USER_DATA) return text
  throw new InvalidInput(
    'job',
    `its arguments make ${bytes} bytes of user data, EC2 takes ${LARGEST_USER_DATA}`,
    'put what is long into a table or a bucket of the app, and pass its name',
  )
}

/**
 * Arguments of a job as JSON without characters beyond ASCII: no reader of lines sees a line break in it, and
 * Java, which reads its environment as ASCII where there is no locale, has them whole.
 */
export const argumentsText = (args: readonly string[]): string =>
  JSON.stringify(args).replaceAll(
    /[\u007f-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
