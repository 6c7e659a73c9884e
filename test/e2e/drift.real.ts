import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeStateMachineCommand,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn'
import { PurgeQueueCommand, SendMessageCommand } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { queueDepth, queueUrl } from '../../adapters/aws/queue-depth.ts'
import { consulDoor } from '../../adapters/consul/lambda-calls.ts'
import type { Context } from '../../cli/context.ts'
import { controlName } from '../../core/base/names.ts'
import { until } from '../../scripts/demo/wait.ts'
import { alarmState, type Listener, listenToAlarms } from '../live/alarms.ts'
import { nanofleet } from '../live/cli.ts'
import { catalogEntries, consulServers } from '../live/names.ts'
import { withWeb } from '../live/stage.ts'
import { untilWhole } from '../live/web.ts'

const DEAD = 'register-dead-letters'

describe('what operates a stage', () => {
  let context: Context
  let alarms: Listener
  beforeAll(async () => {
    context = await withWeb()
    await untilWhole(context, 2, 30)
    alarms = await listenToAlarms(context)
  }, 240_000)
  afterAll(() => alarms?.stop())

  /** Removes an entry of web from its agent, as a person could by hand; returns its id. */
  const deregisterOne = async (): Promise<string> => {
    const [entry] = await catalogEntries(context, 'web')
    const server = (await consulServers(context)).find(({ address }) => address === entry?.nodeAddress)
    if (!entry || !server) throw new Error('web has no entry')
    await consulDoor(context.lambda(), context.stage).deregister(server, { id: entry.id })
    return entry.id
  }

  /** Collects what is published until something matches. */
  const untilHeard = (what: RegExp, seconds: number): Promise<string> =>
    until(`a message like ${what}`, seconds, async () =>
      (await alarms.heard()).find((text) => what.test(text)),
    )

  it('says which entry is missing and why, repairs it on demand and then says that nothing differs', async () => {
    // The scheduled round may come in between: then try again.
    const [id, said] = await until('drift that was seen', 60, async () => {
      const lost = await deregisterOne()
      const found = await nanofleet('drift')
      return found.code === 0 ? undefined : ([lost, found] as const)
    })
    expect(said.code).toBe(1)
    expect(said.out).toMatch(new RegExp(`^${id} +${id} +register +i-\\w+ +it is missing$`, 'm'))
    const repaired = await nanofleet('reconcile', '--json')
    expect(repaired.code).toBe(0)
    expect(JSON.parse(repaired.out)).toMatchObject({ failed: [], problems: [], held: 0, waiting: [] })
    expect(await nanofleet('drift')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^The catalog says/),
    })
    await untilWhole(context, 2, 30)
  }, 120_000)

  it('prints the lines of its functions as words', async () => {
    const { code, out } = await nanofleet('logs', '--function', 'reconcile', '--since', '2m')
    expect(code).toBe(0)
    expect(out).toMatch(
      / nanofleet-local-reconcile {2}INFO reconcile instances=5 servers=3 registered=\d+ .* ms=\d+$/m,
    )
    expect(out).toMatch(/ nanofleet-local-reconcile {2}METRICS .*Drift=\d+ RemovalsHeld=0 ConsulLeader=1$/m)
    const events = await nanofleet('logs', '--function', 'register', '--since', '1d', '--grep', 'Latency')
    expect(events.out).toMatch(
      / nanofleet-local-register {2}METRICS Events=\d+ Registrations=\d+ RegistrationLatency=/m,
    )
  }, 20_000)

  it('shows dead letters, names them in its check-up, raises an alarm for them and sends them again', async () => {
    const deadLettersUrl = await queueUrl(context.sqs(), controlName(context.stage, DEAD))
    const gone = { 'instance-id': 'i-00000000000000000', state: 'terminated' }
    const event = { 'detail-type': 'EC2 Instance State-change Notification', detail: gone }
    for (const body of [JSON.stringify(event), 'no event'])
      await context.sqs().send(new SendMessageCommand({ QueueUrl: deadLettersUrl, MessageBody: body }))

    const shown = await nanofleet('dead-letters')
    expect(shown.code).toBe(0)
    expect(shown.out).toMatch(/ i-00000000000000000 is terminated$/m)
    expect(shown.out).toMatch(/ the queue holds a message that is not an event: .*"no event"$/m)
    expect((await nanofleet('doctor')).out).toMatch(
      /^! dead letters: 2 .*\n.*nanofleet --stage local dead-letters/m,
    )
    expect(JSON.parse(await untilHeard(/dead-letters.*"NewStateValue": ?"ALARM"/, 15))).toMatchObject({
      NewStateValue: 'ALARM',
    })

    expect(await nanofleet('dead-letters', '--send')).toMatchObject({ code: 0, out: '2 sent again.\n' })
    expect((await nanofleet('dead-letters')).out).toBe('No dead letters.\n')
    await until('the word of register about them', 20, async () => {
      const { out } = await nanofleet('logs', '--function', 'register', '--since', '1m', '--grep', 'problems')
      return /INFO register .*is not an event/.test(out) ? true : undefined
    })
    expect(await queueDepth(context.sqs(), controlName(context.stage, DEAD))).toBe(0)
    // The one that is not an event would come three more times, and then be a dead letter in a later test.
    const QueueUrl = await queueUrl(context.sqs(), controlName(context.stage, 'register'))
    await context.sqs().send(new PurgeQueueCommand({ QueueUrl }))
  }, 120_000)

  it('is quiet while all is well', async () => {
    for (const name of ['drift', 'consul-leader', 'reconcile'])
      expect([name, await alarmState(context, controlName(context.stage, name))]).toEqual([name, 'OK'])
  }, 20_000)

  it('raises an alarm for a run that stopped halfway, and says which one and why', async () => {
    const sfn = context.stepFunctions()
    const known = await sfn.send(
      new DescribeStateMachineCommand({ stateMachineArn: context.workflows().machine('scale') }),
    )
    const end = { Type: 'Fail', Error: 'FailureDirty', Cause: 'the quota "instances" is used up' }
    const { stateMachineArn } = await sfn.send(
      new CreateStateMachineCommand({
        name: controlName(context.stage, 'test-dirty'),
        roleArn: known.roleArn,
        definition: JSON.stringify({ StartAt: 'End', States: { End: end } }),
      }),
    )
    const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn }))
    expect(JSON.parse(await untilHeard(/test-dirty/, 15))).toEqual({
      alarm: 'nanofleet-local: a run stopped in between and a person must look',
      run: executionArn,
      cause: end.Cause,
    })
    await sfn.send(new DeleteStateMachineCommand({ stateMachineArn }))
  }, 30_000)
})
