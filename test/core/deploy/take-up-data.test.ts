import { describe, expect, it } from '@jest/globals'
import type { KeptData } from '../../../core/deploy/kept-data.ts'
import { takeUpData } from '../../../core/deploy/take-up-data.ts'
import { StackFailure } from '../../../core/template/bring-stack.ts'

const STACK = 'nanofleet-dev-shop'
const TABLE = 'AWS::DynamoDB::Table'
const template = (Resources: object) => ({
  AWSTemplateFormatVersion: '2010-09-09' as const,
  Description: 'shop',
  Resources: Resources as Record<string, { Type: string }>,
})
const kept = (name: string, more: Partial<KeptData> = {}): KeptData => ({
  name,
  type: TABLE,
  id: `id-${name}`,
  template: template({ [name]: { Type: TABLE } }),
  parameters: {},
  at: '2026-01-31T00:00:00Z',
  execution: 'run',
  ...more,
})

interface World {
  status?: string
  /** Logical names of what the stack has. */
  parts?: string[]
  /** The stack has a template. */
  written?: boolean
  reason?: string
  takenUp?: KeptData[]
  losses?: string[]
  looks?: number
}

/** One look at a stack in some state: what was answered, and which calls changed something. */
async function look(world: World) {
  const { status, parts = [], written = true, reason, looks = 0 } = world
  const { takenUp = [kept('Orders')], losses = [] } = world
  const calls: string[] = []
  const text = JSON.stringify(template(Object.fromEntries(parts.map((name) => [name, { Type: TABLE }]))))
  const ports = {
    stage: { name: 'dev' },
    stacks: {
      find: async (name: string) =>
        status ? { id: 'stack', name, status, outputs: {}, parameters: {}, tags: {} } : undefined,
      parts: async () => parts.map((name) => ({ name, type: TABLE, id: `id-${name}` })),
      template: async () => (written ? text : undefined),
      firstFailure: async () => reason,
      remove: async (name: string) => void calls.push(`remove ${name}`),
    },
    changeSets: {
      startImport: async (input: { template: string }, resources: { name: string }[]) => {
        const names = Object.keys(JSON.parse(input.template).Resources).sort()
        calls.push(`import ${resources.map(({ name }) => name)} into ${names}`)
      },
    },
    kept: {
      drop: async (app: string, data: { id: string }[]) =>
        void calls.push(`drop ${app} ${data.map(({ id }) => id)}`),
    },
    runs: { read: async () => ({ app: 'shop', takenUp, losses: losses.map((id) => ({ id })) }) },
  }
  const plan = { execution: 'run', name: 'deploy' as const }
  const step = await takeUpData(ports as never, { plan, looks }).catch((error: unknown) => error)
  return { step, calls }
}

describe('taking up kept data', () => {
  it.each<[string, World, string[]]>([
    ['is an import into a new stack where there is none', {}, ['import Orders into Orders']],
    [
      'is an import beside what the stack has',
      { status: 'UPDATE_COMPLETE', parts: ['Bills'] },
      ['import Orders into Bills,Orders'],
    ],
    [
      'is only of what the stack does not have yet',
      { status: 'IMPORT_COMPLETE', parts: ['Bills'], takenUp: [kept('Orders'), kept('Bills')] },
      ['import Orders into Bills,Orders'],
    ],
    ['waits for a stack that changes', { status: 'UPDATE_IN_PROGRESS', parts: ['Bills'] }, []],
    ['waits for an import that is under way', { status: 'IMPORT_IN_PROGRESS', looks: 1 }, []],
    ['first removes a stack whose import never began', { status: 'REVIEW_IN_PROGRESS' }, [`remove ${STACK}`]],
    [
      'first removes a stack whose creation failed, whatever it still shows',
      { status: 'ROLLBACK_COMPLETE', parts: ['Bills'] },
      [`remove ${STACK}`],
    ],
    ['first removes a stack with nothing in it', { status: 'CREATE_COMPLETE' }, [`remove ${STACK}`]],
    [
      'first removes a stack that has no template',
      { status: 'CREATE_COMPLETE', parts: ['Bills'], written: false },
      [`remove ${STACK}`],
    ],
    [
      'begins anew in a later run after an import that failed',
      { status: 'IMPORT_ROLLBACK_COMPLETE', parts: ['Bills'] },
      ['import Orders into Bills,Orders'],
    ],
    [
      'goes on after an update that failed before it',
      { status: 'UPDATE_ROLLBACK_COMPLETE', parts: ['Bills'], looks: 1 },
      ['import Orders into Bills,Orders'],
    ],
  ])('%s', async (_what, world, calls) => {
    const { looks = 0 } = world
    const step = { stack: STACK, next: 'wait', until: 'ready', checks: looks, seconds: expect.any(Number) }
    expect(await look(world)).toEqual({ step, calls })
  })

  it.each<[string, World, string[], string]>([
    [
      'leaves the stack that had something',
      { status: 'IMPORT_ROLLBACK_COMPLETE', parts: ['Bills'], reason: 'Orders: it is away' },
      [],
      'Orders: it is away',
    ],
    ['removes the new stack', { status: 'ROLLBACK_COMPLETE' }, [`remove ${STACK}`], 'ROLLBACK_COMPLETE'],
    [
      'leaves even that to the way back of a restore',
      { status: 'ROLLBACK_COMPLETE', takenUp: [kept('Orders', { restored: 'arn:1' }), kept('Bills')] },
      [],
      'ROLLBACK_COMPLETE',
    ],
  ])('that fails %s, with the reason', async (_what, world, calls, reason) => {
    const found = await look({ ...world, looks: 1 })
    expect(found.calls).toEqual(calls)
    expect(found.step).toEqual(
      new StackFailure(`stack ${STACK}: its kept data could not be taken up: ${reason}`),
    )
  })

  it('ends once the stack has all of it, and keeps the record of what this run replaces', async () => {
    const world = { status: 'IMPORT_COMPLETE', parts: ['Bills', 'Orders'], losses: ['id-Bills'], looks: 2 }
    const { step, calls } = await look({ ...world, takenUp: [kept('Orders'), kept('Bills')] })
    expect(step).toMatchObject({ next: 'go-on', checks: 2 })
    expect(calls).toEqual(['drop shop id-Orders'])
  })
})
