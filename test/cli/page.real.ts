import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { whyNoPage } from '../../cli/stage/page.ts'

let server: Server
let asked: string[]
let port: number

beforeAll(async () => {
  asked = []
  server = createServer((request, response) => {
    asked.push(request.headers.host ?? '')
    response.writeHead(Number(request.url?.slice(1)))
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})

afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

describe('a page', () => {
  it.each([
    [200, undefined],
    [404, undefined],
    [500, undefined],
    [502, '502 Bad Gateway'],
    [503, '503 Service Unavailable'],
    [504, '504 Gateway Timeout'],
  ])('that says %i answers, unless only the load balancer does', async (status, reason) => {
    expect(await whyNoPage(`http://127.0.0.1:${port}/${status}`)).toBe(reason)
  })

  it('below localhost is asked on this machine by its name', async () => {
    expect(await whyNoPage(`http://shop.localhost:${port}/200`)).toBeUndefined()
    expect(asked.at(-1)).toBe(`shop.localhost:${port}`)
  })

  it('does not answer where nobody listens', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const free = (other.address() as AddressInfo).port
    await new Promise((resolve) => other.close(resolve))
    expect(await whyNoPage(`http://127.0.0.1:${free}/`)).toBe('nobody listens there')
  })
})
