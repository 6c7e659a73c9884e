import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { argumentsText } from '../../../core/jobs/user-data.ts'

/** How the program of a job ended, and what it reported. */
export interface JobEnd {
  out: string
  err: string
  code: number | null
  signal: NodeJS.Signals | null
  reports: string[]
}

/**
 * Runs a program as the instance of a job does.
 * @param answers the status codes of the place that takes the report; 200 after them
 */
export async function runJob(
  [command = '', ...rest]: readonly string[],
  args: readonly string[],
  answers: readonly number[] = [],
  env: Record<string, string> = {},
): Promise<JobEnd> {
  const reports: string[] = []
  const server = createServer((request, answer) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      reports.push(`${request.method} ${body}`)
      answer.writeHead(answers[reports.length - 1] ?? 200).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const child = spawn(command, rest, {
    env: {
      PATH: process.env.PATH,
      ...env,
      NANOFLEET_JOB_ARGS: argumentsText(args),
      NANOFLEET_JOB_RESULT: `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    out += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    err += chunk
  })
  const [code, signal] = await once(child, 'close')
  server.close()
  return { out, err, code, signal, reports }
}
