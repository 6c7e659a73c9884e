import type { Server } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { z } from 'zod'
import { readJson, sendJson, sendText } from '../../../apps/lib/answers.ts'
import { Refusal } from '../../../apps/lib/refusal.ts'
import { routes } from '../../../apps/lib/routes.ts'
import { listening } from './listening.ts'

let server: Server
let url = ''
beforeAll(async () => {
  const listener = routes({
    'GET /task/next': (_request, response) => sendText(response, 200, 'the next'),
    'GET /task/:id': (_request, response, { params, query }) =>
      sendJson(response, 200, [params.id, query.get('of')]),
    'POST /task/:id': async (request, response) => {
      const schema = z.object({ attempt: z.number('must be a number') })
      sendJson(response, 201, await readJson(request, schema, 100))
    },
    'GET /refused': () => {
      throw new Refusal(409, 'Another attempt holds it.')
    },
    'GET /broken': async () => {
      throw new Error('the disk is gone')
    },
  })
  const started = await listening(listener)
  server = started.server
  url = `http://${started.address}`
})
afterAll(() => {
  server.close()
})
afterEach(() => {
  jest.restoreAllMocks()
})

describe('The routes of a service', () => {
  it.each([
    ['GET', '/task/7?of=result', 200, '["7","result"]'],
    ['GET', '/task/a%20b', 200, '["a b",null]'],
    ['GET', '/task/next', 200, 'the next'],
    ['HEAD', '/task/7', 200, ''],
    ['GET', '/healthz', 200, 'ok'],
    ['GET', '/nowhere', 404, 'There is nothing at /nowhere.'],
    ['DELETE', '/task/7', 405, '/task/7 answers GET, HEAD, POST only.'],
    ['GET', '/task/%ff', 400, 'The address of the request cannot be read.'],
    ['GET', '/refused', 409, 'Another attempt holds it.'],
  ])('answer %s %s with %i', async (method, path, status, text) => {
    const response = await fetch(url + path, { method })
    expect([response.status, await response.text()]).toEqual([status, text])
  })

  it('name the methods that a path does answer', async () => {
    expect((await fetch(`${url}/task/7`, { method: 'PUT' })).headers.get('allow')).toBe('GET, HEAD, POST')
  })

  it.each([
    ['a value that fits', '{"attempt":2}', 201, '{"attempt":2}'],
    ['what is not JSON', 'attempt=2', 400, 'The body is not valid JSON.'],
    ['nothing', '', 400, 'The body is not valid JSON.'],
    ['a value that does not fit', '{"attempt":"2"}', 422, 'attempt: must be a number'],
    [
      'a body that is too long',
      JSON.stringify({ more: 'x'.repeat(100) }),
      413,
      'The body is longer than 100 bytes.',
    ],
  ])('read %s', async (_what, body, status, text) => {
    const response = await fetch(`${url}/task/7`, { method: 'POST', body })
    expect([response.status, await response.text()]).toEqual([status, text])
  })

  it('write to the log, not to the caller, what broke', async () => {
    const log = jest.spyOn(console, 'error').mockImplementation(() => {})
    const response = await fetch(`${url}/broken`)
    expect([response.status, await response.text()]).toEqual([
      500,
      'GET /broken failed; the log of this instance says why.',
    ])
    expect(log).toHaveBeenCalledWith('GET /broken:', expect.objectContaining({ message: 'the disk is gone' }))
  })
})
