import { describe, expect, it } from '@jest/globals'
import { NotFound } from '../../../core/base/errors.ts'
import type { KeptData } from '../../../core/deploy/kept-data.ts'
import { planData } from '../../../core/deploy/plan-data.ts'
import { appTemplate } from '../../../core/template/app.ts'
import { StackFailure } from '../../../core/template/bring-stack.ts'
import { parsedApp } from '../../../core/template/parsed-app.ts'
import type { ResourceChange } from '../../../core/template/stacks.ts'
import { wantedAppStack } from '../../../core/template/wanted-stacks.ts'
import { sampleApp } from '../../apps/apps.ts'
import { stage } from '../../support/stage.ts'
import { memorySchemas } from '../../support/type-schemas.ts'

const TABLE = 'AWS::DynamoDB::Table'
const template = (...names: string[]) => ({
  AWSTemplateFormatVersion: '2010-09-09' as const,
  Description: '',
  Resources: Object.fromEntries(names.map((name) => [name, { Type: TABLE }])),
})
const kept = (id: string): KeptData => ({
  ...{ name: 'Orders', type: TABLE, id, template: template('Orders'), parameters: {} },
  ...{ at: '2026-01-31T12:00:00Z', execution: 'run' },
})
const LOST: ResourceChange = { name: 'Orders', id: 'orders-1', type: TABLE, action: 'Remove', causes: [] }

interface World {
  purpose: 'deploy' | 'dry-run' | 'undo'
  /** What CloudFormation says each time it is asked. */
  answers?: (ResourceChange[] | Error)[]
  kept?: KeptData[]
  /** Logical names of the tables of the release. */
  wants?: string[]
  /** The stack has all of the release already. */
  same?: true
  /** A release that somebody goes back to. */
  back?: true
}

/** The plan of a deployment onto a stack that has the table Orders. */
async function plan({ purpose, answers = [[]], kept = [], wants = [], same, back }: World) {
  const wanted = template(...wants).Resources
  const dropped: string[] = []
  const ports = {
    stacks: {
      parts: async () => {
        if (kept.length === 0) throw new Error('there is nothing to compare it with')
        return [{ name: 'Orders', type: TABLE, id: 'orders-1' }]
      },
    },
    changeSets: {
      preview: async () => {
        const answer = answers.shift()
        if (answer instanceof Error) throw answer
        return answer ?? []
      },
    },
    schemas: memorySchemas,
    kept: {
      list: async () => kept,
      drop: async (_app: string, data: { id: string }[]) => void dropped.push(...data.map(({ id }) => id)),
    },
    holdings: { of: async () => ({ holding: { what: 'rows', count: 2 } }) },
    backups: { list: async () => [] },
  }
  const app = parsedApp({ ...sampleApp('shop', 'services:\n  web: {}\n'), resources: { Resources: wanted } })
  const other = { template: template('Orders'), parameters: {} }
  const standing = same ? wantedAppStack(stage, 'shop', appTemplate(app, stage), {}) : other
  const own = { status: 'CREATE_COMPLETE', ...standing }
  const facts = {
    stage,
    app,
    standing: [],
    stacks: { own, outputs: {}, services: {} },
    ...(back && { kept: { release: 1 } }),
  }
  const request = { execution: 'run', restore: {} }
  const made = await planData(ports as never, facts as never, purpose, request as never).catch(
    (error: unknown) => error,
  )
  return { made, dropped }
}

describe('what a plan says of data', () => {
  const missing = new NotFound('the output LogBucket of the platform')

  it('is not known before the platform is there, in a dry run', async () => {
    const { made } = await plan({ purpose: 'dry-run', answers: [missing] })
    expect(made).toMatchObject({
      losses: [],
      notes: [`what happens to data is not known before the platform is deployed: ${missing.message}`],
    })
  })

  it.each<[string, World['purpose'], Error]>([
    ['a value is missing in a deployment', 'deploy', missing],
    ['CloudFormation does not answer, not even in a dry run', 'dry-run', new Error('throttled')],
  ])('is nothing when %s', async (_what, purpose, error) => {
    expect((await plan({ purpose, answers: [error] })).made).toBe(error)
  })

  it('is a failure when the way back would lose data even if it stays as it is', async () => {
    const stays = await plan({ purpose: 'undo', back: true, answers: [[LOST], []] })
    expect(stays.made).toMatchObject({ losses: [], stays: expect.arrayContaining(['Orders']) })
    const lost = await plan({ purpose: 'undo', back: true, answers: [[LOST], [LOST]] })
    expect(lost.made).toEqual(
      new StackFailure(
        `stack nanofleet-${stage.name}-shop: going back would lose the data of Orders; it stays`,
      ),
    )
  })

  it('is not asked of CloudFormation when the stack stays as it is', async () => {
    const answers = [new Error('nobody may ask')]
    const { made } = await plan({ purpose: 'deploy', wants: ['Orders'], same: true, answers })
    expect(made).toMatchObject({ losses: [], notes: [] })
  })

  it('names what comes back, and not what comes with it', async () => {
    const bills = { ...kept('bills-1'), name: 'Bills', template: template('Bills') }
    const world: World = { purpose: 'deploy', wants: ['Orders', 'Bills'] }
    const note = 'Bills takes up bills-1, which was kept on 2026-01-31'
    for (const [one, notes] of [[bills, [note]] as const, [{ ...bills, with: 'Log' }, []] as const])
      expect((await plan({ ...world, kept: [one] })).made).toMatchObject({ takenUp: [one], notes })
  })

  it('forgets what is recorded as kept although the stack has it, unless it only looks', async () => {
    expect((await plan({ purpose: 'deploy', kept: [kept('orders-1')] })).dropped).toEqual(['orders-1'])
    expect((await plan({ purpose: 'deploy', kept: [kept('orders-0')] })).dropped).toEqual([])
    expect((await plan({ purpose: 'dry-run', kept: [kept('orders-1')] })).dropped).toEqual([])
  })
})
