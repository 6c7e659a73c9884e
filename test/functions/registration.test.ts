import { readFile } from 'node:fs/promises'
import { describe, expect, it } from '@jest/globals'
import type { SQSEvent, SQSRecord } from 'aws-lambda'
import { handler as consul } from '../../functions/consul.ts'
import { handler as reconcile } from '../../functions/reconcile.ts'
import { handler as register } from '../../functions/register.ts'
import { ModelFleet, stateChange } from '../model/model-fleet.ts'
import { lambdaContext } from '../support/lambda-context.ts'
import { printed } from '../support/printed.ts'

const records = (...bodies: unknown[]): SQSEvent => ({
  Records: bodies.map((body, index) => ({ messageId: `m${index}`, body: JSON.stringify(body) }) as SQSRecord),
})

describe('the function register', () => {
  it('registers what the messages are about and returns those that must come again', async () => {
    const fleet = new ModelFleet()
    fleet.server()
    const instance = fleet.service()
    const handler = register.wired(() => fleet.parts())
    const { lines } = await printed(async () => {
      const answer = await handler(records(stateChange(instance, 'running'), 'rubbish'), lambdaContext)
      expect(answer.batchItemFailures).toEqual([{ itemIdentifier: 'm1' }])
    })
    expect(fleet.catalog.found('web')).toEqual([instance.id])
    expect(lines).toMatchObject([
      { level: 'INFO', message: 'register', result: { registered: 1, problems: [expect.any(String)] } },
    ])
  })

  it('counts events, registrations and the delay of each after the state change', async () => {
    const fleet = new ModelFleet()
    fleet.server()
    const event = {
      ...stateChange(fleet.service(), 'running'),
      time: new Date(Date.now() - 2000).toISOString(),
    }
    const handler = register.wired(() => fleet.parts())
    const { metrics } = await printed(() => handler(records(event, 'rubbish'), lambdaContext))
    expect(metrics).toMatchObject([{ Events: 2, Registrations: 1, RegistrationLatency: expect.any(Number) }])
    expect(metrics[0]?.RegistrationLatency).toBeGreaterThanOrEqual(2000)
    expect(metrics[0]?.RegistrationLatency).toBeLessThan(4000)
  })
})

describe('the function reconcile', () => {
  it('answers with the report of its round and prints it', async () => {
    const fleet = new ModelFleet()
    fleet.server()
    fleet.service()
    const handler = reconcile.wired(() => ({ ...fleet.parts(), held: fleet.held }))
    const { lines, metrics } = await printed(async () => {
      expect(await handler({}, lambdaContext)).toMatchObject({
        instances: 2,
        servers: 1,
        registered: 1,
        removed: 0,
      })
    })
    expect(lines).toMatchObject([
      { level: 'INFO', message: 'reconcile', result: { registered: 1 }, ms: expect.any(Number) },
    ])
    expect(metrics).toMatchObject([{ Registrations: 1, Drift: 1, RemovalsHeld: 0, ConsulLeader: 1 }])
    const alarms = await readFile(new URL('../../resources/alarms.yml', import.meta.url), 'utf8')
    const watched = [...alarms.matchAll(/Namespace: Nanofleet\s+MetricName: (\w+)/g)].map(([, name]) => name)
    expect(watched).toEqual(['Drift', 'ConsulLeader', 'ReplacementsHeld'])
    expect(metrics[0]).toMatchObject({ _aws: { CloudWatchMetrics: [{ Namespace: 'Nanofleet' }] } })
  })

  it('answers a dry run with what differs, writes nothing and counts nothing', async () => {
    const fleet = new ModelFleet()
    fleet.server()
    const { id } = fleet.service()
    const handler = reconcile.wired(() => ({ ...fleet.parts(), held: fleet.held }))
    const said = await printed(async () => {
      expect(await handler({ dryRun: true }, lambdaContext)).toMatchObject({
        entries: [{ instanceId: id, change: 'register', reason: 'it is missing' }],
      })
    })
    expect(fleet.catalog.writes).toEqual([])
    expect(said).toEqual({ lines: [], metrics: [] })
  })

  it('moves the entries of a server that register says is about to go', async () => {
    const fleet = new ModelFleet()
    const [going] = [fleet.server(), fleet.server(), fleet.server()]
    for (let index = 0; index < 12; index++) fleet.service()
    const handler = reconcile.wired(() => ({ ...fleet.parts(), held: fleet.held }))
    await printed(async () => {
      await handler({}, lambdaContext)
      expect(fleet.catalog.agents.get(going.address)?.entries.size).toBeGreaterThan(0)
      await handler({ reason: 'a Consul server comes or goes', leaving: [going.instanceId] }, lambdaContext)
    })
    expect(fleet.catalog.agents.get(going.address)?.entries.size).toBe(0)
  })

  it('registers the entries of a server elsewhere when its neighbours report it silent', async () => {
    const fleet = new ModelFleet()
    const [silent] = [fleet.server(), fleet.server(), fleet.server()]
    for (let index = 0; index < 12; index++) fleet.service()
    const handler = reconcile.wired(() => ({ ...fleet.parts(), held: fleet.held }))
    await printed(async () => {
      await handler({}, lambdaContext)
      fleet.catalog.kill(silent)
      const theirs = fleet.catalog.agents.get(silent.address)?.entries.size
      const word = { silent: [silent.address] }
      expect(await handler(word, lambdaContext)).toMatchObject({ registered: theirs, waiting: [] })
    })
  })

  it('counts nothing while no Consul server is running, as metrics are billed by the month', async () => {
    const fleet = new ModelFleet()
    fleet.service()
    const handler = reconcile.wired(() => ({ ...fleet.parts(), held: fleet.held }))
    const { lines, metrics } = await printed(() => handler({}, lambdaContext))
    expect(lines).toMatchObject([{ result: { servers: 0 } }])
    expect(metrics).toEqual([])
  })

  it.each([
    ['a misspelt key', { dryrun: true }, 'dryrun: unknown key'],
    [
      'one server in place of a list',
      { silent: '10.77.1.1' },
      'silent: "10.77.1.1" is not a list; give a list',
    ],
  ])('refuses %s before it reads or writes anything', async (_, request, problem) => {
    const fleet = new ModelFleet()
    fleet.server()
    fleet.service()
    const handler = reconcile.wired(() => ({ ...fleet.parts(), held: fleet.held }))
    const call = printed(() => handler(request, lambdaContext))
    await expect(call).rejects.toThrow(`input of reconcile: ${problem}`)
    expect(fleet.catalog.writes).toEqual([])
  })

  it('takes events of EventBridge as they are', async () => {
    const fleet = new ModelFleet()
    fleet.server()
    fleet.service()
    const handler = reconcile.wired(() => ({ ...fleet.parts(), held: fleet.held }))
    const event = { version: '0', source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} }
    await printed(async () => expect(await handler(event, lambdaContext)).toMatchObject({ registered: 1 }))
  })

  it('prints why it failed and fails', async () => {
    const fleet = new ModelFleet()
    fleet.broken.add('ec2')
    const handler = reconcile.wired(() => ({ ...fleet.parts(), held: fleet.held }))
    const { lines } = await printed(() => expect(handler({}, lambdaContext)).rejects.toThrow())
    expect(lines).toMatchObject([
      { level: 'ERROR', error: 'ServiceFailure', message: expect.stringContaining('throttled') },
    ])
  })
})

describe('the function consul', () => {
  it('forgets what it knows about secrets when told that they have changed', async () => {
    let forgotten = 0
    const forget = (): void => {
      forgotten += 1
    }
    const handler = consul.wired(() => ({
      catalog: new ModelFleet().catalog,
      vpcCidr: '10.77.0.0/16',
      forget,
    }))
    await handler({ calls: [] }, lambdaContext)
    await handler({ calls: [], renew: true }, lambdaContext)
    expect(forgotten).toBe(1)
  })

  it('makes calls and prints only failures', async () => {
    const fleet = new ModelFleet()
    const server = fleet.server()
    const handler = consul.wired(() => ({ catalog: fleet.catalog, vpcCidr: '10.77.0.0/16' }))
    const ask = (address: string) =>
      handler({ calls: [{ verb: 'listing', server: { ...server, address } }] }, lambdaContext)
    expect((await printed(() => ask(server.address))).lines).toEqual([])
    expect((await printed(() => ask('10.77.9.9'))).lines).toMatchObject([{ result: { failed: 1 } }])
  })
})
