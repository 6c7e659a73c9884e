import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { Instance } from '../../../core/base/instances.ts'
import { parseDefinition } from '../../../core/definition/definition.ts'
import { owner } from '../../../core/registration/owner.ts'
import {
  isUpToDate,
  registeredAt,
  registrations,
  withFingerprint,
} from '../../../core/registration/registration.ts'

const instance: Instance = {
  id: 'i-0a1',
  state: 'running',
  address: '10.77.0.4',
  vpcId: 'vpc-0a',
  tags: { consulcloud: 'service', consulserviceconfig: 'p', 'nanofleet:app': 'shop' },
}
const register = (value: unknown, of = instance) =>
  registrations(of, withFingerprint(parseDefinition(JSON.stringify(value), 'p')), 'test', new Date(0))

describe('a registration', () => {
  it('has the id of the instance, its address and our meta beside that of the definition', () => {
    const [only] = register({ name: 'web', port: 80, address: '1.2.3.4', meta: { team: 'a' } })
    expect(only).toMatchObject({ ID: 'i-0a1', Name: 'web', Address: '10.77.0.4', Port: 80 })
    expect(only?.Meta).toEqual({
      team: 'a',
      'external-source': 'nanofleet',
      'instance-id': 'i-0a1',
      app: 'shop',
      stage: 'test',
      definition: expect.stringMatching(/^[0-9a-f]{16}$/),
      registered: '1970-01-01T00:00:00.000Z',
    })
  })

  it('keeps what it needs of the meta for itself: a definition that says it too is not heard', () => {
    const meta = { 'instance-id': 'i-1', stage: 'prod', app: 'x', definition: 'x', token: 'x', team: 'a' }
    const [only] = register({ name: 'web', meta })
    expect(only?.Meta).toMatchObject({ team: 'a', 'instance-id': 'i-0a1', stage: 'test', app: 'shop' })
    // Whoever writes to Consul puts the mark of its token there.
    expect(only?.Meta).not.toHaveProperty('token')
  })

  it('has checks only where the definition has some: those of the list, then the single one', () => {
    expect(register({ name: 'web' })[0]).not.toHaveProperty('Checks')
    const [only] = register({
      name: 'web',
      check: { tcp: 'HEALTHROUTE:1', interval: '5s' },
      checks: [{ tcp: 'HEALTHROUTE:2', interval: '5s' }],
    })
    const checks = only?.Checks as { TCP: string }[]
    expect(checks.map(({ TCP }) => TCP)).toEqual(['10.77.0.4:2', '10.77.0.4:1'])
    expect(only).not.toHaveProperty('Check')
  })

  it('is up to date without a port in the definition when the entry has port 0', () => {
    const [wanted] = register({ name: 'web' })
    if (!wanted) throw new Error('no registration')
    const entry = {
      id: wanted.ID,
      service: 'web',
      instanceId: instance.id,
      address: wanted.Address,
      tags: [],
      meta: wanted.Meta,
      nodeAddress: '',
      status: 'passing' as const,
    }
    expect(isUpToDate({ ...entry, port: 0 }, wanted)).toBe(true)
    expect(isUpToDate({ ...entry, port: 1 }, wanted)).toBe(false)
    expect(isUpToDate({ ...entry, port: 0, id: 'x' }, wanted)).toBe(false)
    expect(isUpToDate({ ...entry, port: 0, service: 'x' }, wanted)).toBe(false)
    expect(isUpToDate({ ...entry, port: 0, tags: ['x'] }, wanted)).toBe(false)
    expect(isUpToDate({ ...entry, port: 0, tags: ['x'] }, { ...wanted, EnableTagOverride: true })).toBe(true)
  })

  it('tells when it was made, and counts as old when it does not', () => {
    const entry = (meta: Record<string, string>) => ({ meta }) as never
    expect(registeredAt(entry({ registered: '1970-01-01T00:00:01.500Z' }))).toBe(1500)
    expect(registeredAt(entry({ registered: 'soon' }))).toBe(0)
    expect(registeredAt(entry({}))).toBe(0)
  })

  it('serves an instance with the original three tags only', () => {
    const [only] = register(
      { name: 'web' },
      { ...instance, tags: { Name: 'x', consulcloud: 'service', consulserviceconfig: 'p' } },
    )
    expect(only?.Meta).not.toHaveProperty('app')
    expect(only?.ID).toBe('i-0a1')
  })

  it('has the name of the service in its id when the definition holds several', () => {
    expect(register([{ name: 'a' }, { name: 'b' }]).map((each) => each.ID)).toEqual(['i-0a1:a', 'i-0a1:b'])
  })

  it('has no id of the definition in its own where names tell its services apart', () => {
    const two = [{ name: 'a', id: 'one' }, { name: 'b' }]
    expect(register(two).map((each) => each.ID)).toEqual(['i-0a1:a', 'i-0a1:b'])
  })

  it('has the id of the definition where names are the same', () => {
    const two = [
      { name: 'a', id: 'one' },
      { name: 'a', id: 'two' },
    ]
    expect(register(two).map((each) => each.ID)).toEqual(['i-0a1:one', 'i-0a1:two'])
  })

  it('puts the address for HEALTHROUTE in every string, not only in gRPC checks', () => {
    const text = JSON.stringify(
      register({
        name: 'web',
        tags: ['at-HEALTHROUTE'],
        meta: { url: 'http://HEALTHROUTE:1/HEALTHROUTE' },
        tagged_addresses: { lan: { address: 'HEALTHROUTE', port: 1 } },
        checks: [
          { http: 'http://HEALTHROUTE:80/', header: { Host: ['HEALTHROUTE'] }, interval: '5s' },
          { grpc: 'HEALTHROUTE:81/web', interval: '5s' },
          { tcp: 'HEALTHROUTE:82', interval: '5s' },
        ],
      }),
    )
    expect(text).not.toContain('HEALTHROUTE')
    expect(text.match(/10\.77\.0\.4/g)).toHaveLength(9)
  })

  it('makes the ids of checks its own, as an agent holds many instances of a definition', () => {
    const [only] = register({ name: 'web', checks: [{ id: 'alive', ttl: '5s' }, { ttl: '6s' }] })
    expect(only?.Checks).toStrictEqual([{ CheckID: 'i-0a1:alive', TTL: '5s' }, { TTL: '6s' }])
  })

  it('leads an alias to the sibling of the same instance', () => {
    const [, second] = register([{ name: 'a' }, { name: 'b', check: { alias_service: 'a' } }])
    expect(second?.Checks).toEqual([{ AliasService: 'i-0a1:a' }])
    const [only] = register({ name: 'b', check: { alias_service: 'elsewhere' } })
    expect(only?.Checks).toEqual([{ AliasService: 'elsewhere' }])
  })

  it('has a fingerprint that changes with the definition and not with its spelling', () => {
    const print = (value: unknown) => register(value)[0]?.Meta.definition
    expect(print({ name: 'web', check: { ttl: '5s' } })).toBe(print([{ Check: { TTL: '5s' }, Name: 'web' }]))
    expect(print({ name: 'web', check: { ttl: '5s' } })).not.toBe(
      print({ name: 'web', check: { ttl: '6s' } }),
    )
  })
})

describe('the owner of an instance', () => {
  const servers = fc
    .uniqueArray(fc.stringMatching(/^i-[0-9a-f]{17}$/), { minLength: 2, maxLength: 7 })
    .map((ids) => ids.map((instanceId, index) => ({ instanceId, address: `10.77.0.${index}` })))
  const instances = fc.array(fc.stringMatching(/^i-[0-9a-f]{17}$/), { minLength: 1, maxLength: 50 })

  it('changes for nobody but its own when a server goes', () => {
    fc.assert(
      fc.property(servers, instances, (all, ids) => {
        const left = all.slice(1)
        for (const id of ids) {
          const before = owner(id, all)
          if (before !== all[0]) expect(owner(id, left)).toBe(before)
        }
      }),
    )
  })

  it('does not depend on the order of the servers', () => {
    fc.assert(
      fc.property(servers, instances, (all, ids) => {
        for (const id of ids) expect(owner(id, [...all].reverse())).toBe(owner(id, all))
      }),
    )
  })

  it('spreads evenly: of 9,000 instances each of three servers has 3,000 within a twentieth', () => {
    const three = ['i-0c1', 'i-0c2', 'i-0c3'].map((instanceId) => ({ instanceId, address: instanceId }))
    const counts = new Map<string, number>()
    for (let index = 0; index < 9000; index++) {
      const home = owner(`i-${index.toString(16).padStart(17, '0')}`, three)?.instanceId ?? ''
      counts.set(home, (counts.get(home) ?? 0) + 1)
    }
    for (const count of counts.values()) expect(Math.abs(count - 3000)).toBeLessThan(150)
  })

  it('is nobody without servers', () => {
    expect(owner('i-0a1', [])).toBeUndefined()
  })
})
