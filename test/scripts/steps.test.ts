import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { runSteps, SetupError } from '../../scripts/lib/steps.mjs'

let folder = ''
let said: string[] = []
let done: string[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'steps-'))
  said = []
  done = []
})
afterEach(() => rmSync(folder, { recursive: true }))

const step = (title: string, key: string, fails = false) => ({
  title,
  key,
  why: 'because',
  lasts: 'about 1 s',
  stamp: join(folder, 'deep', title),
  async work() {
    if (fails) throw new Error('no network')
    done.push(title)
  },
})
const run = (...steps: ReturnType<typeof step>[]): Promise<void> =>
  runSteps(steps, (line: string) => said.push(line))

describe('Set-up', () => {
  it('numbers its steps and says why and how long', async () => {
    await run(step('one', '1'), step('two', '1'))
    expect(said.join('\n')).toContain('[2/2] two, about 1 s, once: because')
    expect(done).toEqual(['one', 'two'])
  })

  it('skips what already exists and says nothing', async () => {
    await run(step('one', '1'))
    said = []
    await run(step('one', '1'))
    expect(done).toEqual(['one'])
    expect(said).toEqual([])
  })

  it('repeats a step when its key has changed', async () => {
    await run(step('one', '1'))
    await run(step('one', '2'))
    expect(done).toEqual(['one', 'one'])
  })

  it('stops at a step that fails, names it and the log, and repeats it next time', async () => {
    await expect(run(step('one', '1'), step('two', '1', true), step('three', '1'))).rejects.toThrow(
      /^\[2\/3\] two failed: no network\nThe whole log: .*setup\.log$/,
    )
    await expect(run(step('two', '1', true))).rejects.toThrow(SetupError)
    await run(step('one', '1'), step('two', '1'))
    expect(done).toEqual(['one', 'two'])
  })
})
