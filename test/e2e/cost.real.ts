import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Context } from '../../cli/context.ts'
import type { DeployPlan } from '../../core/deploy/deploy-plan.ts'
import type { Cost } from '../../core/prices/bill.ts'
import { nanofleet } from '../live/cli.ts'
import { pushLedger, table } from '../live/ledger.ts'
import { withWeb } from '../live/stage.ts'
import { runToEnd } from '../live/workflows.ts'

const folder = mkdtempSync(join(tmpdir(), 'nanofleet-plan-'))
const file = (name: string): string => join(folder, `${name}.json`)

describe('a deployment that is planned first', () => {
  let context: Context
  beforeAll(async () => {
    context = await withWeb()
    // What others pushed meanwhile runs as well.
    await runToEnd(context, 'deploy', { app: 'web' })
    await pushLedger(context, [table('Orders')])
  }, 420_000)
  afterAll(async () => {
    rmSync(folder, { recursive: true })
    const data = { data: 'delete', deleteData: ['all'] }
    await runToEnd(context, 'teardown', { app: 'ledger', confirm: 'ledger', ...data })
  }, 120_000)

  const dry = async (app: string, ...options: string[]) => {
    const done = await nanofleet(
      'deploy',
      app,
      '--no-push',
      '--dry-run',
      '--detailed-exitcode',
      '--json',
      ...options,
    )
    return { ...done, plan: JSON.parse(done.out) as DeployPlan & { cost: Cost } }
  }
  const carryOut = async (name: string) => await nanofleet('deploy', '--plan', file(name))

  it('ends with 0 where nothing is to do, and costs afterwards what it cost before', async () => {
    const { code, plan } = await dry('web')
    expect([code, plan.cost.after, plan.cost.before.whole]).toEqual([0, plan.cost.before, true])
    expect(plan.cost.before.hour).toBeCloseTo(2 * 0.0114, 6)
    const { code: usual, out } = await nanofleet('deploy', 'web', '--no-push', '--dry-run')
    expect(usual).toBe(0)
    expect(out).toContain('2 × instance t3.micro (web/web)  $0.0228  $16.64')
  }, 120_000)

  it('ends with 10 where something is, and writes down what; that is carried out, exactly once', async () => {
    const { code, plan, err } = await dry('ledger', '--out', file('first'))
    expect([code, plan.cost.before.hour]).toEqual([10, 0])
    expect(plan.cost.stays.map(({ article }) => article)).toContain('table/storage')
    expect(err).toContain(`to carry it out: nanofleet --stage local deploy --plan ${file('first')}`)
    expect(JSON.parse(readFileSync(file('first'), 'utf8'))).toMatchObject({
      stage: 'local',
      input: { app: 'ledger' },
    })
    const done = await carryOut('first')
    expect({ code: done.code, err: done.err }).toMatchObject({ code: 0 })
    expect((await dry('ledger')).code).toBe(0)
    const again = await carryOut('first')
    expect(again.code).toBe(2)
    expect(again.err).toMatch(
      /plan of ledger: since it was made, ledger went to release 1; .*the stack nanofleet-local-ledger was made.*; nothing was changed; make a new plan with/,
    )
  }, 300_000)

  it('is refused when another version was pushed meanwhile, as with another environment', async () => {
    await dry('ledger', '--out', file('pushed'))
    await pushLedger(context, [table('Orders'), table('Bills')])
    const { code, err } = await carryOut('pushed')
    expect(code).toBe(2)
    expect(err).toContain('since it was made, another version of ledger was pushed; nothing was changed')
  }, 180_000)

  it('is refused when a service was scaled meanwhile, and not when it is as it was again', async () => {
    await dry('web', '--out', file('scaled'))
    const scale = async (count: number) =>
      await runToEnd(context, 'scale', { app: 'web', service: 'web', count }, 90)
    await scale(3)
    const { code, err } = await carryOut('scaled')
    expect(code).toBe(2)
    expect(err).toContain('since it was made, web is to have 3 instances, not 2; nothing was changed')
    await scale(2)
    expect((await carryOut('scaled')).code).toBe(0)
  }, 300_000)

  it('is refused for another stage, or if the file is no plan', async () => {
    const { code, err } = await nanofleet('deploy', 'ledger', '--plan', file('scaled'))
    expect([code, err]).toEqual([2, expect.stringContaining('is a plan for web, not for ledger')])
    const none = await nanofleet('deploy', '--plan', 'package.json')
    expect([none.code, none.err]).toEqual([
      2,
      expect.stringContaining('package.json: is no plan of a deployment'),
    ])
  }, 60_000)
})
