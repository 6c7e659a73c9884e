import { DescribeInstancesCommand, DescribeSubnetsCommand } from '@aws-sdk/client-ec2'
import { ListStateMachinesCommand } from '@aws-sdk/client-sfn'
import { beforeAll, describe, expect, it } from '@jest/globals'
import type { Context } from '../../cli/context.ts'
import { preflight } from '../../cli/doctor/preflight.ts'
import { appStatus } from '../../cli/stage/stage-status.ts'
import { throughGateway } from '../../scripts/demo/gateway.ts'
import { liveSettings } from '../live/settings.ts'
import { liveStage } from '../live/stage.ts'
import { untilWhole } from '../live/web.ts'
import { runToEnd } from '../live/workflows.ts'

/** scripts/lib/lanes.mjs says where; by hand: NANOFLEET_REGION=cn-north-1 NANOFLEET_ZONES=a,c */
describe('a stage in China, in a region with two zones', () => {
  let context: Context
  beforeAll(async () => {
    context = await liveStage()
  }, 300_000)

  it('has its network in these two zones and ARNs of its partition', async () => {
    expect(context.region).toBe('cn-north-1')
    const { Subnets = [] } = await context.ec2().send(new DescribeSubnetsCommand({}))
    const own = Subnets.filter(({ Tags = [] }) => Tags.some(({ Key }) => Key === 'Name'))
    expect(own.map(({ AvailabilityZone }) => AvailabilityZone).sort()).toEqual([
      ...['cn-north-1a', 'cn-north-1a'],
      ...['cn-north-1c', 'cn-north-1c'],
    ])
    const { stateMachines = [] } = await context.stepFunctions().send(new ListStateMachinesCommand({}))
    expect(stateMachines.map(({ stateMachineArn }) => stateMachineArn)).toContain(
      context.workflows().machine('deploy'),
    )
    expect(context.workflows().machine('deploy')).toMatch(/^arn:aws-cn:states:cn-north-1:/)
  })

  it('is found in order by doctor', async () => {
    const findings = await preflight(context, liveSettings())
    expect(findings.filter(({ state }) => state === 'bad')).toEqual([])
    expect(findings.find(({ subject }) => subject === 'instance types')?.text).toMatch(
      /in cn-north-1a, cn-north-1c; two zones/,
    )
  })

  it('brings up an app whose instances and Consul servers are in both zones', async () => {
    await runToEnd(context, 'deploy', { app: 'web' }, 600)
    await untilWhole(context, 2, 60)
    expect(await zonesOf(context, 'web')).toEqual(['cn-north-1a', 'cn-north-1c'])
    expect(new Set(await zonesOf(context, 'platform'))).toEqual(new Set(['cn-north-1a', 'cn-north-1c']))
    const [row] = await appStatus(context, 'web')
    expect((await throughGateway(row?.url ?? '')).status).toBe(200)
  }, 700_000)

  it('scales it', async () => {
    await runToEnd(context, 'scale', { app: 'web', service: 'web', count: 3 }, 180)
    await untilWhole(context, 3, 60)
  }, 260_000)
})

/** The zones of an app's running instances. */
async function zonesOf(context: Context, app: string): Promise<string[]> {
  const Filters = [
    { Name: 'tag:nanofleet:app', Values: [app] },
    { Name: 'instance-state-name', Values: ['running'] },
  ]
  const { Reservations = [] } = await context.ec2().send(new DescribeInstancesCommand({ Filters }))
  const instances = Reservations.flatMap(({ Instances = [] }) => Instances)
  return instances.map(({ Placement }) => Placement?.AvailabilityZone ?? '').sort()
}
