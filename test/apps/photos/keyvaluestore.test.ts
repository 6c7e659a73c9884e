import type { Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { routes } from '../../../apps/lib/routes.ts'
import { Keys } from '../../../apps/photos/keyvaluestore/keys.ts'
import { storeRoutes } from '../../../apps/photos/keyvaluestore/routes.ts'
import { listening } from '../lib/listening.ts'

let now = 0
let server: Server
let url = ''
beforeAll(async () => {
  const started = await listening(routes(storeRoutes(new Keys(() => now))))
  server = started.server
  url = `http://${started.address}`
})
afterAll(() => {
  server.close()
})

const tell = async (key: string, body: string) =>
  (await fetch(`${url}/${key}`, { method: 'POST', body })).status
const asked = async (path: string) => {
  const response = await fetch(url + path)
  return [response.status, await response.text()]
}

describe('The key-value store', () => {
  it('lists what was announced, one line per key', async () => {
    expect(await asked('/')).toEqual([200, ''])
    expect(await tell('storageendpoint', '"127.0.0.1:8002"')).toBe(204)
    expect(await tell('dbendpoint', '"127.0.0.1:8001"')).toBe(204)
    expect(await asked('/')).toEqual([200, 'dbendpoint=127.0.0.1:8001\nstorageendpoint=127.0.0.1:8002\n'])
    expect(await asked('/dbendpoint')).toEqual([200, '127.0.0.1:8001'])
  })

  it('keeps the newest value, of any kind, as text', async () => {
    await tell('dbendpoint', '"127.0.0.1:9001"')
    await tell('number', '7')
    await tell('object', '{"a": [1]}')
    expect(await asked('/dbendpoint')).toEqual([200, '127.0.0.1:9001'])
    expect(await asked('/number')).toEqual([200, '7'])
    expect(await asked('/object')).toEqual([200, '{"a":[1]}'])
  })

  it('forgets a key that nobody announces again for 15 s', async () => {
    await tell('dbendpoint', '"one"')
    await tell('masterendpoint', '"two"')
    now += 14_999
    await tell('masterendpoint', '"two"')
    now += 1
    expect(await asked('/dbendpoint')).toEqual([404, 'Nobody has announced dbendpoint in the last 15 s.'])
    expect(await asked('/')).toEqual([200, 'masterendpoint=two\n'])
  })

  it.each([
    ['a body that is not JSON', 'key', '127.0.0.1:8001', 400],
    ['an empty body', 'key', '', 400],
    ['a key with other characters', 'a%20b', '1', 422],
    ['a key that is too long', 'k'.repeat(101), '1', 422],
    ['a body that is too long', 'key', JSON.stringify('x'.repeat(70_000)), 413],
  ])('refuses %s', async (_what, key, body, status) => {
    expect(await tell(key, body)).toBe(status)
  })

  it('accepts at most 1000 keys', async () => {
    now += 20_000
    for (let count = 0; count < 1000; count += 1) await tell(`key${count}`, '1')
    expect(await tell('one-more', '1')).toBe(507)
    expect(await tell('key7', '2')).toBe(204)
  })
})
