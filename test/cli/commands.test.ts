import { describe, expect, it } from '@jest/globals'
import { chosen } from '../../cli/commands/rollback.ts'
import { arn, calls, described, run } from './on-stage.ts'

describe('a command that starts a workflow', () => {
  const begun = {
    StartExecution: { executionArn: arn('scale', 'r') },
    DescribeExecution: described('scale', 'r', {}, 'RUNNING'),
  }

  it('passes its arguments on and with --no-wait says how to look at the run', async () => {
    const { inputs, err } = await run(['scale', 'shop', 'web', '4', '--no-wait'], begun)
    expect(inputs).toHaveLength(1)
    expect(inputs[0]?.stateMachineArn).toMatch(/:nanofleet-dev-scale$/)
    expect(JSON.parse(inputs[0]?.input ?? '')).toEqual({ app: 'shop', service: 'web', count: 4 })
    expect(inputs[0]?.name).toMatch(/^shop-web-\d/)
    expect(err).toMatch(/^scale shop-web runs as r\n/)
    expect(err).toContain('Look at it with: nanofleet --stage dev executions r')
  })

  it('prints one JSON document with --json', async () => {
    const { out } = await run(['scale', 'shop', 'web', '4', '--no-wait'], begun, true)
    expect(JSON.parse(out)).toMatchObject({ workflow: 'scale', status: 'RUNNING' })
  })

  it.each([
    [['deploy', 'shop', '--no-push'], { app: 'shop' }],
    [['deploy', 'shop', '--release', '3'], { app: 'shop', release: 3 }],
    [['deploy', 'shop', '--no-push', '--dry-run'], { app: 'shop', dryRun: true }],
    [['build', 'shop', '--no-push'], { app: 'shop' }],
    [
      ['build', 'shop', 'web', 'db', '--force', '--no-push'],
      { app: 'shop', services: ['web', 'db'], force: true },
    ],
    [
      ['deploy', 'shop', '--no-push', '--replace-data', 'Orders,Bills', '--replace-data', 'Old'],
      { app: 'shop', replaceData: ['Orders', 'Bills', 'Old'] },
    ],
    [['teardown', 'shop', '--yes', '--keep-data'], { app: 'shop', confirm: 'shop', data: 'keep' }],
    [
      ['teardown', 'shop', '--yes', '--delete-data', 'Orders,Bills'],
      { app: 'shop', confirm: 'shop', data: 'delete', deleteData: ['Orders', 'Bills'] },
    ],
    [['restart', 'shop'], { app: 'shop' }],
    [['restart', 'shop', 'web'], { app: 'shop', service: 'web' }],
    [['amis', 'clean'], { dryRun: true }],
    [['amis', 'clean', '--delete', '--keep', '0'], { dryRun: false, keep: 0 }],
  ])('%j starts its workflow with %j', async (line, input) => {
    const { inputs } = await run([...line, '--no-wait'], begun)
    expect(JSON.parse(inputs[0]?.input ?? '')).toEqual(input)
  })

  it('follows the run to its end', async () => {
    const { err } = await run(['retry', 'r0'], {
      DescribeExecution: [
        described('build', 'r0', { app: 'shop' }),
        described('build', 'r', { app: 'shop' }),
      ],
      StartExecution: { executionArn: arn('build', 'r') },
      GetExecutionHistory: {
        events: [
          { id: 1, timestamp: 1, type: 'TaskStateEntered', stateEnteredEventDetails: { name: 'Plan' } },
        ],
      },
    })
    expect(err).toContain('   1.0 s  plan\n✓ build shop: done in 2.0 s\n')
  })
})

describe('rollback', () => {
  const item = (number: number, image: string) => ({
    pk: { S: 'app#shop' },
    sk: { S: `release#00000${number}` },
    release: { N: `${number}` },
    at: { S: '2026-01-31T12:00:00.000Z' },
    bundle: { S: 'b' },
    services: { M: { web: { M: { imageId: { S: image }, count: { N: '1' }, definition: { S: '' } } } } },
  })
  const stage = {
    Query: { Items: [item(1, 'ami-1'), item(2, 'ami-2'), item(3, 'ami-3')] },
    GetItem: [{ Item: { release: { N: '3' } } }, { Item: item(3, 'ami-3') }],
    StartExecution: { executionArn: arn('deploy', 'r') },
    DescribeExecution: described('deploy', 'r', {}, 'RUNNING'),
  }

  it.each([
    [['rollback', 'shop'], 2],
    [['rollback', 'shop', '1'], 1],
  ])('%j deploys release %i and says what comes back', async (line, release) => {
    const { inputs, err } = await run([...line, '--yes', '--no-wait'], stage)
    expect(inputs[0]?.stateMachineArn).toMatch(/:nanofleet-dev-deploy$/)
    expect(JSON.parse(inputs[0]?.input ?? '')).toEqual({ app: 'shop', release })
    expect(err).toContain(`comes back with web ami-${release}; release 3 goes\n`)
  })

  it('says how to begin for an app without releases', async () => {
    await expect(run(['rollback', 'shop', '--yes'], { Query: { Items: [] } })).rejects.toThrow(
      'shop has no release on stage dev; deploy it with "nanofleet --stage dev deploy shop"',
    )
  })

  it.each([
    ['', 2],
    ['1', 1],
  ])('takes the answer %j for release %i', (answer, release) => {
    expect(chosen('shop', answer, 2)).toBe(release)
  })

  it.each(['0', 'two', '-1'])('refuses the answer %j', (answer) => {
    expect(() => chosen('shop', answer, 2)).toThrow('is not the number of a release; nothing was changed')
  })
})

describe('retry', () => {
  it('starts the workflow of the earlier run with its input', async () => {
    const { inputs } = await run(['retry', arn('deploy', 'r0'), '--no-wait'], {
      DescribeExecution: described('deploy', 'r0', { app: 'shop', release: 2 }),
      StartExecution: { executionArn: arn('deploy', 'r') },
    })
    expect(inputs[0]?.stateMachineArn).toMatch(/:nanofleet-dev-deploy$/)
    expect(JSON.parse(inputs[0]?.input ?? '')).toEqual({ app: 'shop', release: 2 })
  })

  it.each([
    [described('deploy', 'r0', {}, 'RUNNING'), 'this run has not ended'],
    [described('service', 'r0', { app: 'shop' }), 'another run started this one; retry that one'],
    [described('teardown', 'r0', { app: 'shop', heldBy: 'x' }), 'another run started this one'],
  ])('refuses what would work without a lock or twice', async (earlier, sentence) => {
    await expect(run(['retry', earlier.executionArn], { DescribeExecution: earlier })).rejects.toThrow(
      sentence,
    )
  })
})

describe('cancel', () => {
  it.each([
    [described('deploy', 'r0', {}), 'this run is over: succeeded; there is nothing to cancel'],
    [described('service', 'r0', {}, 'RUNNING'), 'another run started this one; cancel that one'],
    [described('rotate-secrets', 'r0', {}, 'RUNNING'), 'leaves old and new secrets valid'],
  ])('refuses what cannot be stopped', async (run0, sentence) => {
    const asked = run(['cancel', run0.executionArn], { DescribeExecution: run0 })
    await expect(asked).rejects.toThrow(sentence)
  })

  it('stops a build itself and says what stays', async () => {
    const going = described('build', 'r0', { app: 'shop' }, 'RUNNING')
    const over = { ...described('build', 'r0', { app: 'shop' }, 'ABORTED'), error: 'Cancelled' }
    const { out } = await run(['cancel', going.executionArn], { DescribeExecution: [going, going, over] })
    expect(calls().find(({ action }) => action === 'StopExecution')?.body).toContain('"Cancelled"')
    expect(out).toBe(
      'build shop is cancelled: images of shop that were finished stay; "nanofleet --stage dev retry r0" starts it again.\n',
    )
  })
})

describe('executions', () => {
  it('lists the runs of all workflows, the latest first', async () => {
    const item = (workflow: string, name: string, startDate: number) => ({
      ...described(workflow, name, {}),
      startDate,
    })
    const { out } = await run(['executions'], {
      ListExecutions: [
        { executions: [item('build', 'a', 1)] },
        { executions: [item('deploy', 'b', 2)] },
        { executions: [] },
      ],
    })
    expect(out.split('\n').map((line) => line.split(/ {2,}/).at(-1))).toEqual(['with', 'b', 'a', ''])
  })

  it('names the remedy when the stage has no control plane', async () => {
    await expect(
      run(['executions'], { ListExecutions: { error: 'StateMachineDoesNotExist' } }),
    ).rejects.toThrow(
      'Stage dev has no control plane in eu-west-1; run "npx serverless deploy --stage dev" first',
    )
  })
})

describe('amis', () => {
  it('lists the images of the stage', async () => {
    const tag = (key: string, value: string) => `<item><key>${key}</key><value>${value}</value></item>`
    const tags = `<tagSet>${tag('nanofleet:app', 'shop')}${tag('nanofleet:service', 'web')}${tag('nanofleet:hash', 'h1')}</tagSet>`
    const { out } = await run(['amis'], {
      DescribeImages: `<imagesSet><item><imageId>ami-1</imageId><imageState>available</imageState><creationDate>2026-01-01T00:00:00.000Z</creationDate>${tags}</item></imagesSet>`,
    })
    expect(out.split('\n')[1]).toBe('ami-1  shop  web      h1    2026-01-01 00:00:00  available')
  })
})

describe('the command token', () => {
  it('prints the token in use and nothing else', async () => {
    const Name = '/nanofleet-secrets/dev/platform/ui-token'
    const { out } = await run(['token'], { GetParameters: { Parameters: [{ Name, Value: 'new\nold' }] } })
    expect(out).toBe('new\n')
  })

  it('says what makes it where there is none', async () => {
    await expect(run(['token'], { GetParameters: { Parameters: [] } })).rejects.toThrow(
      'the first deployment of the platform makes it',
    )
  })
})

describe('the command rotate-secrets', () => {
  it('starts the workflow without an input', async () => {
    const begun = {
      StartExecution: { executionArn: arn('rotate-secrets', 'r') },
      DescribeExecution: described('rotate-secrets', 'r', {}, 'RUNNING'),
    }
    const { inputs, out } = await run(['rotate-secrets', '--no-wait'], begun)
    expect(inputs[0]?.stateMachineArn).toMatch(/:nanofleet-dev-rotate-secrets$/)
    expect(JSON.parse(inputs[0]?.input ?? '')).toEqual({})
    expect(out).toBe('')
  })
})
