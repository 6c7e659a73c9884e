import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { InvokeCommand } from '@aws-sdk/client-lambda'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js'
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { GetProductRequestSchema, ProductSchema } from '../../apps/boutique/lib/gen/hipstershop_pb.ts'
import type { Context } from '../../cli/context.ts'
import { type LocalInstance, serviceInstances } from '../../scripts/demo/local-instances.ts'
import { until } from '../../scripts/demo/wait.ts'
import { untilAppIsWhole } from '../live/apps.ts'
import { withBoutique } from '../live/boutique.ts'
import { Command, nanofleet } from '../live/cli.ts'
import { regionOf } from '../live/stage.ts'

/** What `proxy --json` says when it is ready. */
interface Ready {
  address: string
  url: string
  port: number
}

const commands: Command[] = []

/** A proxy of a service of the boutique at a free port. */
async function proxyOf(service: string, ...options: string[]): Promise<Ready & { command: Command }> {
  const command = new Command(['proxy', 'boutique', service, '0', '--json', ...options])
  commands.push(command)
  const text = await until(`${service} at a port of this machine`, 60, async () => {
    if (command.child.exitCode !== null) throw new Error(command.said.err)
    return command.said.out.endsWith('}\n') ? command.said.out : undefined
  })
  return { ...(JSON.parse(text) as Ready), command }
}

/** Asks for a product with a client of another make than the shop's own. */
function product(port: number, id: string): Promise<{ name?: string; error: ServiceError | null }> {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure())
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      '/hipstershop.ProductCatalogService/GetProduct',
      (message: { id: string }) =>
        Buffer.from(toBinary(GetProductRequestSchema, create(GetProductRequestSchema, message))),
      (bytes: Buffer) => fromBinary(ProductSchema, bytes),
      { id },
      { deadline: Date.now() + 30_000 },
      (error, answer) => {
        client.close()
        resolve({ error, ...(answer ? { name: answer.name } : {}) })
      },
    )
  })
}

const BOTH_WAYS = [[[]], [['--through-function']]]

describe('a private service at a port of this machine', () => {
  let context: Context
  beforeAll(async () => {
    ;({ context } = await withBoutique())
    await untilAppIsWhole(context, 'boutique', 60)
  }, 600_000)
  afterEach(async () => {
    for (const command of commands.splice(0)) {
      command.child.kill('SIGTERM')
      await command.end(20)
    }
  })

  const instances = async (service: string): Promise<LocalInstance[]> =>
    await serviceInstances(regionOf(context), 'boutique', service)

  it.each(BOTH_WAYS)(
    'answers gRPC calls, and their errors, with %j',
    async (options) => {
      const { port } = await proxyOf('productcatalogservice', ...options)
      expect(await product(port, 'OLJCESPC7Z')).toEqual({ error: null, name: 'Sunglasses' })
      const { error } = await product(port, 'none')
      expect(error).toMatchObject({ code: status.NOT_FOUND })
    },
    120_000,
  )

  it.each(BOTH_WAYS)(
    'answers pages, pictures and forms over HTTP with %j',
    async (options) => {
      const { url } = await proxyOf('frontend', ...options)
      const page = await (await fetch(url)).text()
      expect(page).toContain('Sunglasses')
      const [, picture = ''] = /src="(\/static\/[^"]+)"/.exec(page) ?? []
      const direct = await fetch(new URL(picture, url), { headers: { 'accept-encoding': 'identity' } })
      expect(direct.status).toBe(200)
      expect((await direct.bytes()).length).toBe(Number(direct.headers.get('content-length')))
      const form = { product_id: 'OLJCESPC7Z', quantity: '2' }
      const sent = await fetch(new URL('/cart', url), {
        method: 'POST',
        body: new URLSearchParams(form),
        redirect: 'manual',
      })
      expect([sent.status, sent.headers.get('location')]).toEqual([303, '/cart'])
    },
    120_000,
  )

  it.each(BOTH_WAYS)(
    'goes on with another instance when one is killed, with %j',
    async (options) => {
      const { port } = await proxyOf('productcatalogservice', ...options)
      await untilAppIsWhole(context, 'boutique', 60)
      const [dead] = await instances('productcatalogservice')
      process.kill(dead?.pid ?? 0, 'SIGKILL')
      const all = await Promise.all(Array.from({ length: 6 }, () => product(port, 'OLJCESPC7Z')))
      expect(all).toEqual(Array(6).fill({ error: null, name: 'Sunglasses' }))
    },
    120_000,
  )

  it('takes connections of any protocol in the region, and says what cannot be had on AWS', async () => {
    const { port, address, command } = await proxyOf('redis')
    const socket = connect(port, '127.0.0.1')
    const lines = createInterface(socket)
    socket.write('PING\r\n')
    expect(await once(lines, 'line')).toEqual(['+PONG'])
    socket.end('QUIT\r\n')
    expect(await once(lines, 'line')).toEqual(['+OK'])
    command.child.kill('SIGINT')
    expect(await command.end()).toMatchObject({
      code: 130,
      err: expect.stringContaining(`boutique/redis is no longer at ${address}`),
    })
    expect(await nanofleet('proxy', 'boutique', 'redis', '--through-function')).toMatchObject({
      code: 2,
      err: expect.stringContaining('proxy boutique redis: it speaks plain TCP; into the network on AWS'),
    })
  }, 120_000)

  it.each(['consul', '169.254.169.254', 'example.com', 'localhost', 'frontend.service.dc1', 'nobody'])(
    'reaches nothing but services of the stage: not %s',
    async (service) => {
      const request = { service, protocol: 'HTTP/1.1', method: 'GET', path: '/', headers: [], body: '' }
      const { Payload = new Uint8Array() } = await context
        .lambda()
        .send(new InvokeCommand({ FunctionName: 'nanofleet-local-proxy', Payload: JSON.stringify(request) }))
      expect(JSON.parse(new TextDecoder().decode(Payload))).toMatchObject({ problem: 'nowhere' })
    },
  )

  it.each([
    [['boutique', 'frontent'], 3, 'boutique: the app has no service frontent; did you mean "frontend"?'],
    [['shop', 'web'], 3, 'shop is not deployed on stage local'],
    [['platform', 'consul'], 2, 'proxy platform consul: these are the Consul servers'],
  ])(
    'refuses %j in one sentence',
    async (names, code, sentence) => {
      expect(await nanofleet('proxy', ...names)).toMatchObject({
        code,
        err: expect.stringContaining(sentence),
      })
    },
    60_000,
  )
})
