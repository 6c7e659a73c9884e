import type { Server } from 'node:http'
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals'
import { routes } from '../../../apps/lib/routes.ts'
import { MemoryTasks } from '../../../apps/photos/db/memory-tasks.ts'
import { taskRoutes } from '../../../apps/photos/db/routes.ts'
import { listening } from '../lib/listening.ts'

let now = 1_790_000_000_000
let server: Server | undefined
let url = ''
beforeEach(async () => {
  server?.close()
  const started = await listening(routes(taskRoutes(new MemoryTasks(() => now))))
  server = started.server
  url = `http://${started.address}`
})
afterAll(() => {
  server?.close()
})

const PICTURE = { type: 'image/png', bytes: 10, width: 4, height: 3 }
const RESULTS = { attempt: 1, result: 'result-1.png', before: 'before-1.webp', after: 'after-1.webp' }

async function send(path: string, value: unknown, headers: Record<string, string> = {}) {
  const body = typeof value === 'string' ? value : JSON.stringify(value)
  const response = await fetch(url + path, { method: 'POST', body, headers })
  return [response.status, await response.text()]
}
async function ask(path: string) {
  const response = await fetch(url + path)
  return [response.status, await response.json()]
}

describe('The service db', () => {
  it('answers a new task with 201 and its id, and the same token with 200 and that id', async () => {
    expect(await send('/task', { token: 'a', filter: 'sepia', name: 'cat.jpg' })).toEqual([201, '0'])
    expect(await send('/task', { token: 'a', filter: 'sepia' })).toEqual([200, '0'])
    expect(await send('/task', {})).toEqual([201, '1'])
    const [status, text] = await send('/task', {}, { accept: 'application/json' })
    expect([status, JSON.parse(String(text))]).toEqual([
      201,
      { id: 2, state: -1, filter: 'invert', createdAt: now, changedAt: now },
    ])
  })

  it('leads a task through its states', async () => {
    await send('/task', { name: 'cat.png' })
    expect(await ask('/task/next?worker=w')).toEqual([404, { id: -1, state: 0 }])
    expect(await send('/task/0/ready', PICTURE)).toEqual([204, ''])
    expect(await send('/task/0/ready', PICTURE)).toEqual([204, ''])
    now += 10
    const [status, lease] = await ask('/task/next?worker=w')
    expect([status, lease]).toMatchObject([
      200,
      { id: 0, state: 1, attempt: 1, worker: 'w', until: now + 20_000, ...PICTURE },
    ])
    expect(await send('/task/0/release', { attempt: 1 })).toEqual([204, ''])
    await ask('/task/next?worker=w')
    expect(await send('/task/0/fail', { attempt: 2, reason: 'no colours' })).toEqual([204, ''])
    expect(await ask('/task/0')).toMatchObject([200, { state: 0, reason: 'no colours' }])
    await ask('/task/next?worker=w')
    expect(await send('/task/0/finish', { ...RESULTS, attempt: 2 })).toEqual([
      409,
      'Attempt 2 does not hold task 0.',
    ])
    expect(await send('/task/0/finish', { ...RESULTS, attempt: 3 })).toEqual([204, ''])
    expect(await ask('/task/0')).toMatchObject([
      200,
      { state: 2, attempt: 3, result: 'result-1.png', finishedAt: now },
    ])
  })

  it('keeps internal data to itself', async () => {
    await send('/task', { token: 'secret' })
    await send('/task/0/ready', PICTURE)
    const [, { tasks }] = (await ask('/tasks')) as [number, { tasks: object[] }]
    expect(Object.keys(tasks[0] ?? {}).toSorted()).toEqual(
      ['id', 'state', 'filter', 'createdAt', 'changedAt', 'original', ...Object.keys(PICTURE)].toSorted(),
    )
  })

  it('lists tasks, newest first or what changed', async () => {
    for (let count = 0; count < 3; count += 1) {
      now += 1
      await send('/task', {})
      await send(`/task/${count}/ready`, PICTURE)
    }
    const ids = async (query: string) => {
      const [, { tasks, ...rest }] = (await ask(`/tasks${query}`)) as [number, { tasks: { id: number }[] }]
      return [tasks.map(({ id }) => id), rest]
    }
    expect(await ids('')).toEqual([[2, 1, 0], {}])
    expect(await ids('?limit=1')).toEqual([[2], {}])
    expect(await ids('?before=2&limit=5')).toEqual([[1, 0], {}])
    expect(await ids('?changedSince=0&limit=2')).toEqual([[0, 1], { newest: expect.any(Number) }])
    expect(await ids(`?changedSince=${now + 5}`)).toEqual([[], { newest: now + 5 }])
  })

  it.each([
    [
      'an unknown filter',
      '/task',
      { filter: 'oil' },
      422,
      'filter: must be one of invert, grayscale, sepia, blur, sharpen, posterize, edges',
    ],
    ['a token that is not text', '/task', { token: 7 }, 422, 'token: must be text'],
    [
      'a name that is too long',
      '/task',
      { name: 'x'.repeat(201) },
      422,
      'name: must have at most 200 characters',
    ],
    ['what is not JSON', '/task', 'token=7', 400, 'The body is not valid JSON.'],
    ['a list', '/task', [], 422, expect.stringContaining('the body: ')],
    [
      'a picture without a size',
      '/task/0/ready',
      { type: 'image/png', bytes: 1 },
      422,
      'width: must be a whole number',
    ],
    ['a negative size', '/task/0/ready', { ...PICTURE, width: -1 }, 422, 'width: must not be negative'],
    ['an invalid attempt', '/task/0/finish', { ...RESULTS, attempt: 0 }, 422, 'attempt: must be 1 or more'],
    ['a finish without results', '/task/0/finish', { attempt: 1 }, 422, 'result: must be text'],
    ['a failure without a reason', '/task/0/fail', { attempt: 1 }, 422, 'reason: must be text'],
    ['a task that does not exist', '/task/9/release', { attempt: 1 }, 404, 'There is no task 9.'],
    ['a task with a name', '/task/cat/release', { attempt: 1 }, 404, 'There is no task cat.'],
    ['an attempt that never was', '/task/0/release', { attempt: 4 }, 409, 'Attempt 4 does not hold task 0.'],
  ])('refuses %s', async (_what, path, value, status, text) => {
    await send('/task', {})
    expect(await send(path, value)).toEqual([status, text])
  })

  it.each([
    ['/task/next', 400, 'The worker is missing; say who asks: /task/next?worker=NAME.'],
    ['/task/99999999999999999999', 404, 'There is no task 99999999999999999999.'],
    ['/tasks?limit=0', 400, 'limit must be 1 or more.'],
    ['/tasks?limit=x', 400, 'limit must be a whole number, not x.'],
    ['/tasks?changedSince=-1', 400, 'changedSince must be a whole number, not -1.'],
    ['/tasks?before=1.5', 400, 'before must be a whole number, not 1.5.'],
  ])('refuses GET %s', async (path, status, text) => {
    const response = await fetch(url + path)
    expect([response.status, await response.text()]).toEqual([status, text])
  })
})
