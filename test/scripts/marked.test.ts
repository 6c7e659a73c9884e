import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from '@jest/globals'
import { startTime } from '../../local/process.ts'
import { until } from '../../scripts/demo/wait.ts'
import { endGroups, inGroup } from '../../scripts/lib/groups.mjs'
import { endMarked, leftAfter, marked } from '../../scripts/lib/marked.mjs'

const own = `test-of-marks-${process.pid}`
const env = { ...process.env, FLEET_TEST_OWN: own }
const mark = [`FLEET_TEST_OWN=${own}`]

const forever = (program: string) =>
  spawn(process.execPath, ['-e', `${program}; console.log('on'); setInterval(() => {}, 1000)`], {
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  })

describe('What a test run leaves behind', () => {
  it('is found by its mark, named, and ended, also when it does not want to', async () => {
    const children = [forever(''), forever('process.on("SIGTERM", () => {})')]
    await Promise.all(children.map(({ stdout }) => once(stdout, 'data')))
    expect(marked(mark).sort()).toEqual(children.map(({ pid }) => pid).sort())
    expect(await leftAfter(mark, 0)).toEqual(
      expect.arrayContaining(children.map(({ pid }) => expect.stringMatching(new RegExp(`^${pid} .*-e`)))),
    )
    const ends = children.map((child) => once(child, 'exit'))
    await endMarked(mark, 300)
    expect((await Promise.all(ends)).map(([, signal]) => signal)).toEqual(['SIGTERM', 'SIGKILL'])
    expect(await leftAfter(mark, 0)).toEqual([])
  })

  it('ends with the group of the runner that has started it, mark or no mark', async () => {
    const code = `
      const { spawn } = require('node:child_process')
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { env: {} })
      console.log('started', child.pid)
      setInterval(() => {}, 1000)`
    let said = ''
    const over = inGroup(process.execPath, ['-e', code], {
      hear: (text) => {
        said += text
        if (said.includes('\n')) endGroups()
      },
    })
    expect(await over).not.toBe(0)
    const pid = Number(/started (\d+)/.exec(said)?.[1])
    // The kernel ends it a moment after the signal.
    await until('its end', 10, async () => ((await startTime(pid)) === undefined ? true : undefined))
  })
})
