import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ServiceFailure } from '../core/base/errors.ts'
import { readSettings } from '../local/settings.ts'

/**
 * Fetches what a Kafka cluster of the local region runs, if it is not there, and tells how far it is; the
 * region would do it too, without a word.
 * @throws {ServiceFailure} with the reason, such as that a jar cannot be downloaded
 */
export async function fetchKafka(note: (line: string) => void): Promise<void> {
  const { node, repository, cache, environment } = readSettings()
  const program = join(repository, 'local', 'tools', 'kafka.mjs')
  const child = spawn(node, [program, join(cache, 'programs')], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  let last = ''
  for await (const line of createInterface({ input: child.stderr })) {
    last = line
    note(line)
  }
  if ((await ended) !== 0) throw new ServiceFailure(`Apache Kafka cannot be fetched: ${last}`)
}
