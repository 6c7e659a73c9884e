import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from '@jest/globals'
import { ROOT } from '../apps/apps.ts'

const folder = mkdtempSync(join(tmpdir(), 'job-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs a program as a job; `answers` are the status codes of the place that takes the report. */
async function run(program: string, args: readonly string[] = [], answers: readonly number[] = []) {
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
  const file = join(folder, 'main.mjs')
  writeFileSync(file, program)
  const child = spawn(process.execPath, [file, 'baked'], {
    env: {
      NODE_OPTIONS: `--import=${join(ROOT, 'buildspecs/job-loader.mjs')}`,
      NANOFLEET_JOB_ARGS: JSON.stringify(args),
      NANOFLEET_JOB_RESULT: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  const [code, signal] = await once(child, 'close')
  server.close()
  return { out, code, signal, reports }
}

describe("Node's loader for jobs", () => {
  it('gives the arguments after the baked ones, also before anything of the program runs', async () => {
    const { out } = await run('console.log(JSON.stringify(process.argv.slice(2)))', ['a b', 'é\n"'])
    expect(JSON.parse(out)).toEqual(['baked', 'a b', 'é\n"'])
  }, 20_000)

  it.each([
    ['that ends', '', 0],
    ['that sets its exit code', 'process.exitCode = 7', 7],
    ['that exits at once', 'process.exit(3)', 3],
    ['that exits later', 'setTimeout(() => process.exit(255), 50)', 255],
    ['that throws', 'throw new Error("on purpose")', 1],
    ['that rejects', 'Promise.reject(new Error("on purpose"))', 1],
    ['that never settles what it awaits', 'await new Promise(() => {})', 13],
    [
      'with threads of its own',
      "import { Worker } from 'node:worker_threads'; new Worker('process.exit(9)', { eval: true }).on('exit', (code) => process.exit(code))",
      9,
    ],
  ])(
    'reports the exit code of a program %s',
    async (_what, program, expected) => {
      const { code, reports } = await run(program)
      expect(code).toBe(expected)
      expect(reports).toEqual([`PUT {"exitCode":${expected}}`])
    },
    20_000,
  )

  it('reports nothing for a program that is killed', async () => {
    expect(await run("process.kill(process.pid, 'SIGKILL')")).toMatchObject({
      signal: 'SIGKILL',
      reports: [],
    })
  }, 20_000)

  it.each([
    ['tries again after an error of the server', [503], 2],
    ['gives up after three attempts', [500, 500, 500, 500], 3],
    ['does not insist on what is refused', [403], 1],
  ])(
    '%s, and ends as the program does',
    async (_what, answers, attempts) => {
      const { code, reports } = await run('process.exit(3)', [], answers)
      expect({ code, attempts: reports.length }).toEqual({ code: 3, attempts })
    },
    20_000,
  )
})
