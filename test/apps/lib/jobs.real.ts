import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { JOB_LANGUAGES } from '../../../adapters/sources/loaders.ts'
import { makeJobProgram } from './job-programs.ts'
import { runJob } from './job-report.ts'

describe.each(JOB_LANGUAGES)('the loader for jobs in %s', (language) => {
  let folder: string
  let program: string[]
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'jobs-'))
    program = await makeJobProgram(language, folder)
  }, 600_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('gives the arguments and reports the exit code', async () => {
    const { out, code, reports } = await runJob(program, ['3', 'a b', 'é€😀', '"\\/\n\t\u0001'])
    expect(out).toBe('a b|é€😀|"\\/\n\t\u0001\n')
    expect([code, reports.map((report) => report.replaceAll(' ', ''))]).toEqual([3, ['PUT{"exitCode":3}']])
  }, 120_000)

  it('reports what the task throws, and what is beyond a byte as a process has it', async () => {
    const thrown = await runJob(program, ['throw'])
    const failed = language === 'go' ? 2 : 1
    expect([thrown.code, thrown.reports]).toEqual([failed, [expect.stringContaining(String(failed))]])
    expect(thrown.err).toContain('throw')
    expect(await runJob(program, ['-1'])).toMatchObject({
      code: 255,
      reports: [expect.stringContaining('255')],
    })
  }, 120_000)

  it('tries again after an error of the server only, and never prints the address', async () => {
    const again = await runJob(program, ['0'], [500])
    expect([again.code, again.reports.length]).toEqual([0, 2])
    const refused = await runJob(program, ['0'], [403])
    expect([refused.code, refused.reports.length]).toEqual([0, 1])
    expect(again.err + refused.err).toMatch(/HTTP 500[\s\S]*HTTP 403/)
    expect(again.err + refused.err).not.toContain('/secret')
  }, 120_000)

  it('is quiet in a service', async () => {
    const [command = '', ...args] = program
    const { stdout, stderr } = await promisify(execFile)(command, args, {
      env: { PATH: process.env.PATH },
    })
    expect([stdout, stderr]).toEqual(['serves\n', ''])
  }, 120_000)
})
