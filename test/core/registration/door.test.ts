import { describe, expect, it } from '@jest/globals'
import { ConsulDoor } from '../../../adapters/consul/door.ts'
import { isIn } from '../../../core/base/address.ts'
import { ServiceFailure, ServiceRefusal } from '../../../core/base/errors.ts'
import {
  answerCalls,
  type DoorAnswer,
  type DoorCall,
  type DoorRequest,
  type DoorResponse,
  fitAnswers,
} from '../../../core/registration/door.ts'
import { FakeCatalog } from '../../support/fake-catalog.ts'

const server = { instanceId: 'i-0c1', address: '10.77.0.11' }
const registration = (ID: string) => ({ ID, Name: 'web', Address: '10.77.0.20', Meta: { 'instance-id': ID } })

describe('the door to Consul', () => {
  it('carries calls of the same moment in one message', async () => {
    const catalog = new FakeCatalog([server])
    const messages: DoorRequest[] = []
    const door = new ConsulDoor((request) => {
      messages.push(request)
      return answerCalls(catalog, request, '10.77.0.0/16')
    })
    await Promise.all(
      ['i-1', 'i-2', 'i-3'].map((id) => door.register(server, { registration: registration(id) })),
    )
    expect(messages.map((message) => message.calls.length)).toEqual([3])
    expect(catalog.ids()).toHaveLength(3)
  })

  it('hands on that a registration begins in maintenance, and why', async () => {
    const calls: DoorCall[] = []
    const door = new ConsulDoor(async (request) => {
      calls.push(...request.calls)
      return await answerCalls(new FakeCatalog([server]), request, '10.77.0.0/16')
    })
    await door.register(server, { registration: registration('i-1'), asleep: 'told to go' })
    await door.register(server, { registration: registration('i-2') })
    expect(calls.map(({ of }) => of)).toMatchObject([{ asleep: 'told to go' }, {}])
    expect(calls[1]?.of).not.toHaveProperty('asleep')
  })

  it('lets one failing call spoil no other', async () => {
    const catalog = new FakeCatalog([server])
    catalog.fault = (_verb, _server, id) => (id === 'i-2' ? new Error('no') : undefined)
    const door = new ConsulDoor((request) => answerCalls(catalog, request, '10.77.0.0/16'))
    const outcomes = await Promise.allSettled(
      ['i-1', 'i-2', 'i-3'].map((id) => door.register(server, { registration: registration(id) })),
    )
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })

  it('rejects every call of a message that got lost', async () => {
    const door = new ConsulDoor(async () => {
      throw new Error('Rate Exceeded.')
    })
    await expect(door.listing(server)).rejects.toThrow('the function consul does not answer: Rate Exceeded.')
  })

  it.each<[string, Error, typeof ServiceFailure]>([
    ['cannot be reached', new ServiceFailure('Consul does not answer'), ServiceFailure],
    ['refuses', new ServiceRefusal('Permission denied'), ServiceRefusal],
  ])('tells a server that %s for what it is', async (_how, fault, kind) => {
    const catalog = new FakeCatalog([server])
    catalog.fault = () => fault
    const door = new ConsulDoor(async (request) =>
      JSON.parse(JSON.stringify(await answerCalls(catalog, request, '10.77.0.0/16'))),
    )
    const error = await door.listing(server).catch((problem: Error) => problem)
    expect(error).toMatchObject({ message: fault.message })
    expect(error instanceof ServiceRefusal).toBe(kind === ServiceRefusal)
  })

  it.each<[string, unknown]>([
    ['nothing', null],
    ['something else', { statusCode: 200 }],
    ['fewer answers than calls', { answers: [] }],
  ])('takes a message with %s for a refusal', async (_what, message) => {
    const door = new ConsulDoor(async () => message as DoorResponse)
    await expect(door.listing(server)).rejects.toThrow(ServiceRefusal)
  })

  it('asks again for answers that did not fit into the message', async () => {
    const catalog = new FakeCatalog([server])
    for (const id of ['i-1', 'i-2']) await catalog.register(server, { registration: registration(id) })
    let messages = 0
    const door = new ConsulDoor(async (request) => {
      messages++
      const { answers } = await answerCalls(catalog, request, '10.77.0.0/16')
      return { answers: fitAnswers(request.calls, answers, 300) }
    })
    const listings = await Promise.all([door.listing(server), door.listing(server), door.listing(server)])
    expect(listings.map((listing) => listing.entries.length)).toEqual([2, 2, 2])
    expect(messages).toBe(3)
  })

  it('never puts off the answer to a write, which was carried out', () => {
    const calls: DoorCall[] = [
      { verb: 'listing', server },
      { verb: 'register', server },
    ]
    const answers: DoorAnswer[] = [{ value: 'x'.repeat(100) }, { value: null }]
    expect(fitAnswers(calls, answers, 10)).toEqual(answers)
  })

  it.each([
    [0, false],
    [1, true],
  ])('puts off what is %i characters longer than five million: %p', (longer, deferred) => {
    const calls: DoorCall[] = [
      { verb: 'listing', server },
      { verb: 'listing', server },
    ]
    const half = (more: number) => ({ value: 'x'.repeat(2_500_000 - '{"value":""}'.length + more) })
    const answers = fitAnswers(calls, [half(0), half(longer)])
    expect(answers[1]).toEqual(deferred ? { deferred: true } : half(longer))
  })

  it('answers a write with null, which JSON can carry', async () => {
    const calls: DoorCall[] = [{ verb: 'register', server, of: { registration: registration('i-1') } }]
    const { answers } = await answerCalls(new FakeCatalog([server]), { calls }, '10.77.0.0/16')
    expect(answers).toStrictEqual([{ value: null }])
  })

  it('leads nowhere but into the network of the stage', async () => {
    const outside = { instanceId: 'x', address: '169.254.169.254' }
    const calls: DoorCall[] = [
      { verb: 'listing', server: outside },
      { verb: 'registerNew', server, of: { servers: [server, outside], instanceIds: [], arrivals: [] } },
      { verb: 'listing' } as DoorCall,
    ]
    const { answers } = await answerCalls(new FakeCatalog([server]), { calls }, '10.77.0.0/16')
    const error = 'the door does not lead to "169.254.169.254", which is not in 10.77.0.0/16'
    expect(answers).toEqual([
      { error, refused: true },
      { error, refused: true },
      { error: 'the door does not lead to "", which is not in 10.77.0.0/16', refused: true },
    ])
  })

  it('knows no call but those of the port', async () => {
    const calls = [{ verb: 'constructor', server }] as unknown as DoorCall[]
    const { answers } = await answerCalls(new FakeCatalog([server]), { calls }, '10.77.0.0/16')
    expect(answers[0]).toMatchObject({ error: expect.stringContaining('knows no call "constructor"') })
  })
})

describe('an address', () => {
  it.each([
    ['10.77.0.1', '10.77.0.0/16', true],
    ['10.77.255.255', '10.77.0.0/16', true],
    ['10.78.0.0', '10.77.0.0/16', false],
    ['10.77.0.1', '10.77.0.0/32', false],
    ['8.8.8.8', '0.0.0.0/0', true],
    ['10.77.0.256', '10.77.0.0/16', false],
    ['localhost', '10.77.0.0/16', false],
    ['', '10.77.0.0/16', false],
  ])('%s is in %s: %s', (address, cidr, inside) => {
    expect(isIn(address, cidr)).toBe(inside)
  })
})
