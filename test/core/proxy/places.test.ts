import { describe, expect, it } from '@jest/globals'
import type { CatalogEntry } from '../../../core/base/catalog.ts'
import { healthyPlaces, inTurn, nameAtPort } from '../../../core/proxy/places.ts'

const entry = (instanceId: string, status: CatalogEntry['status'], port = 6379): CatalogEntry => ({
  id: instanceId,
  service: 'redis',
  instanceId,
  address: `10.77.0.${instanceId.length}`,
  port,
  tags: [],
  meta: {},
  nodeAddress: '10.77.0.4',
  status,
})

describe('the places of a service', () => {
  it('are its passing instances, each once, also while an entry moves', () => {
    const entries = [
      entry('i-bbb', 'passing'),
      entry('i-aa', 'critical'),
      entry('i-aa', 'passing'),
      entry('i-bbb', 'passing'),
      entry('i-c', 'critical'),
      entry('i-d', 'warning'),
      entry('i-e', 'maintenance'),
      entry('', 'passing'),
    ]
    expect(healthyPlaces(entries, 1)).toEqual([
      { instance: 'i-aa', address: '10.77.0.4', port: 6379 },
      { instance: 'i-bbb', address: '10.77.0.5', port: 6379 },
    ])
  })

  it("have the manifest's port if Consul was told none", () => {
    expect(healthyPlaces([entry('i-a', 'passing', 0)], 8080)).toMatchObject([{ port: 8080 }])
  })

  it.each([
    [0, 'abc'],
    [1, 'bca'],
    [5, 'cab'],
  ])('are tried from another one on by connection %d', (turn, order) => {
    const places = [...'abc'].map((instance) => ({ instance, address: '', port: 1 }))
    expect(inTurn(places, turn).map(({ instance }) => instance)).toEqual([...order])
    expect(inTurn([], turn)).toEqual([])
  })

  it.each([
    [
      [
        { Name: 'admin', Port: 81 },
        { Name: 'shop', Port: 80 },
      ],
      'shop',
    ],
    [[{ Name: 'shop' }], 'shop'],
    [[], undefined],
  ])('are found under the name that the definition has for the port: %j', (definition, name) => {
    expect(nameAtPort(definition, 80)).toBe(name)
  })
})
