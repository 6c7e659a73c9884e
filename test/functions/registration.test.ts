import { describe, expect, it, jest } from '@jest/globals'
import type { SQSEvent, SQSRecord } from 'aws-lambda'
import { consul } from '../../functions/consul.ts'
import { reconcile } from '../../functions/reconcile.ts'
import { register } from '../../functions/register.ts'
import { lambdaContext } from '../support/lambda-context.ts'
import { ModelFleet, stateChange } from '../support/model-fleet.ts'

const records = (...bodies: unknown[]): SQSEvent => ({
  Records: bodies.map((body, index) => ({ messageId: `m${index}`, body: JSON.stringify(body) }) as SQSRecord),
})

/** What the functions print while `work` runs. */
async function printed(work: () => Promise<unknown>): Promise<Record<string, unknown>[]> {
  const log = jest.spyOn(console, 'log').mockImplementation(() => {})
  try {
    await work().catch(() => undefined)
    return log.mock.calls.map(([line]) => JSON.parse(String(line)))
  } finally {
    log.mockRestore()
  }
}

describe('the function register', () => {
  it('registers what the messages speak of and returns those that must come again', async () => {
    const fleet = new ModelFleet()
    fleet.server()
    const instance = fleet.service()
    const handler = register(() => fleet.parts())
    const lines = await printed(async () => {
      const answer = await handler(records(stateChange(instance, 'running'), 'rubbish'), lambdaContext)
      expect(answer.batchItemFailures).toEqual([{ itemIdentifier: 'm1' }])
    })
    expect(fleet.catalog.found('web')).toEqual([instance.id])
    expect(lines).toMatchObject([
      { level: 'INFO', result: { report: { registered: 1 }, problems: [expect.any(String)] } },
    ])
  })
})

describe('the function reconcile', () => {
  it('answers with the report of its round and prints it', async () => {
    const fleet = new ModelFleet()
    fleet.server()
    fleet.service()
    const handler = reconcile(() => ({ ...fleet.parts(), held: fleet.held }))
    const lines = await printed(async () => {
      expect(await handler({}, lambdaContext)).toMatchObject({
        instances: 2,
        servers: 1,
        registered: 1,
        removed: 0,
      })
    })
    expect(lines).toMatchObject([{ level: 'INFO', result: { registered: 1 }, ms: expect.any(Number) }])
  })

  it('prints why it failed and fails', async () => {
    const fleet = new ModelFleet()
    fleet.broken.add('ec2')
    const handler = reconcile(() => ({ ...fleet.parts(), held: fleet.held }))
    const lines = await printed(() => handler({}, lambdaContext))
    expect(lines).toMatchObject([
      { level: 'ERROR', error: 'ServiceFailure', message: expect.stringContaining('throttled') },
    ])
  })
})

describe('the function consul', () => {
  it('forgets what it knows of secrets when it is told that they have changed', async () => {
    let forgotten = 0
    const forget = (): void => {
      forgotten += 1
    }
    const handler = consul(() => ({ catalog: new ModelFleet().catalog, vpcCidr: '10.77.0.0/16', forget }))
    await handler({ calls: [] }, lambdaContext)
    await handler({ calls: [], renew: true }, lambdaContext)
    expect(forgotten).toBe(1)
  })

  it('carries out calls and prints only what failed', async () => {
    const fleet = new ModelFleet()
    const server = fleet.server()
    const handler = consul(() => ({ catalog: fleet.catalog, vpcCidr: '10.77.0.0/16' }))
    const ask = (address: string) =>
      handler({ calls: [{ verb: 'listing', args: [{ ...server, address }] }] }, lambdaContext)
    expect(await printed(() => ask(server.address))).toEqual([])
    expect(await printed(() => ask('10.77.9.9'))).toMatchObject([{ result: { failed: 1 } }])
  })
})
