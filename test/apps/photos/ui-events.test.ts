import { once } from 'node:events'
import { createServer, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from '@jest/globals'
import { Events } from '../../../apps/photos/ui/events.ts'
import { Feed } from '../../../apps/photos/ui/feed.ts'

describe('a stream of events', () => {
  it('is closed for a listener that does not read, before its changes fill the memory', async () => {
    let changedAt = Date.now()
    const name = 'x'.repeat(100_000)
    const feed = new Feed(async () => {
      changedAt += 10
      return {
        tasks: [{ id: changedAt, state: 0, filter: 'invert', createdAt: 0, changedAt, name }],
        newest: changedAt,
      }
    }, 1)
    const events = new Events(feed)
    const streams: ServerResponse[] = []
    const server = createServer((asked, response) => {
      streams.push(response)
      events
        .open(asked, response, { params: {}, query: new URLSearchParams() })
        .catch(() => response.destroy())
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const asked = request({ host: '127.0.0.1', port, path: '/events' })
    asked.on('error', () => {})
    asked.on('response', (response) => response.pause())
    asked.end()
    const deadline = Date.now() + 4500
    let most = 0
    while (!streams[0]?.destroyed && Date.now() < deadline) {
      most = Math.max(most, streams[0]?.writableLength ?? 0)
      await pause(5)
    }
    asked.destroy()
    server.closeAllConnections()
    server.close()
    expect(streams[0]?.destroyed).toBe(true)
    expect(most).toBeLessThan(1_500_000)
  })

  it('starts a quarter of an hour ago at the earliest, and has a limit for each address', async () => {
    const asked: number[] = []
    const feed = new Feed(async (since) => {
      asked.push(since)
      return { tasks: [], newest: since }
    }, 1000)
    const events = new Events(feed, 1000, { each: 1, all: 10 })
    const refused: string[] = []
    const server = createServer((request, response) => {
      const query = new URL(request.url ?? '', 'http://ui').searchParams
      events.open(request, response, { params: {}, query }).catch((error: Error) => {
        refused.push(error.message)
        response.destroy()
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/events?since=0`
    const from = (address: string) => fetch(url, { headers: { 'x-forwarded-for': address } })
    await from('203.0.113.7')
    await expect(from('203.0.113.7')).rejects.toThrow()
    await from('203.0.113.8')
    expect(refused).toEqual([expect.stringContaining('1 open pages of your address')])
    expect(asked[0]).toBeGreaterThan(Date.now() - 16 * 60_000)
    events.end()
    server.closeAllConnections()
    server.close()
  })

  it('says something now and then, so that no load balancer closes it', async () => {
    const events = new Events(new Feed(async (since) => ({ tasks: [], newest: since }), 20), 30)
    const server = createServer((asked, response) => {
      events
        .open(asked, response, { params: {}, query: new URLSearchParams() })
        .catch(() => response.destroy())
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const response = await fetch(`http://127.0.0.1:${port}/events`)
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    while (!text.includes(': alive')) text += (await reader?.read())?.value ?? ': nothing alive'
    events.end()
    await reader?.cancel()
    server.close()
    expect(text).toMatch(/^retry: 1000\n\n/)
  })
})
