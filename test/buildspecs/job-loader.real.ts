import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from '@jest/globals'
import { ROOT } from '../apps/apps.ts'
import { runJob } from '../apps/lib/job-report.ts'

const folder = mkdtempSync(join(tmpdir(), 'job-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs a program as a job. */
async function run(program: string, args: readonly string[] = [], answers: readonly number[] = []) {
  const file = join(folder, 'main.mjs')
  writeFileSync(file, program)
  const NODE_OPTIONS = `--import=${join(ROOT, 'buildspecs/job-loader.mjs')}`
  return await runJob([process.execPath, file, 'baked'], args, answers, { NODE_OPTIONS })
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
