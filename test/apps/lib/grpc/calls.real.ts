import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { AdService, CartService } from '../../../../apps/boutique/lib/gen/hipstershop_pb.ts'
import { type GrpcClient, grpcClient } from '../../../../apps/lib/grpc/client.ts'
import { Health } from '../../../../apps/lib/grpc/gen/health_pb.ts'
import { Instance, until } from './instances.ts'

const HOST = '127.59.8.9'
const ADDRESS = `${HOST}:19011`
let instance: Instance
let ads: GrpcClient<typeof AdService>
let health: GrpcClient<typeof Health>

beforeAll(async () => {
  instance = await Instance.start(HOST, 19011)
  ads = grpcClient(AdService, ADDRESS)
  health = grpcClient(Health, ADDRESS)
})
afterAll(async () => {
  ads.close()
  health.close()
  await instance.stop('SIGKILL')
})

describe('A call', () => {
  it('carries metadata with the request', async () => {
    const answer = await ads.getAds({}, { metadata: { token: 'abc' } })
    expect(answer.ads[0]?.redirectUrl).toBe('abc')
  })

  it('fails with the code and the sentence of a problem', async () => {
    await expect(ads.getAds({ contextKeys: ['refuse'] })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      details: 'This is refused.',
      service: 'hipstershop.AdService',
    })
  })

  it('fails without internal details, which are in the log', async () => {
    const failure = await ads.getAds({ contextKeys: ['fail'] }).catch((error: Error) => error)
    expect(failure).toMatchObject({ code: 'INTERNAL' })
    expect(String(failure)).not.toContain('secret')
    const line = 'hipstershop.AdService/GetAds failed: Error: a secret of the inside'
    await until(() => instance.output.includes(line))
  })

  it('is not repeated when the service itself says that it is unavailable', async () => {
    await expect(ads.getAds({ contextKeys: ['away'] })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      final: true,
    })
    await until(() => instance.count('away') > 0)
    expect(instance.count('away')).toBe(1)
  })

  it('ends at its deadline, and the handler notices', async () => {
    const began = Date.now()
    const slow = { contextKeys: ['60000'] }
    const late = { code: 'DEADLINE_EXCEEDED' }
    await expect(ads.getAds(slow, { timeoutMs: 2500 })).rejects.toMatchObject(late)
    await expect(ads.getAds(slow, { deadline: Date.now() + 2500 })).rejects.toMatchObject(late)
    expect(Date.now() - began).toBeLessThan(30_000)
    await until(() => instance.count('given up') === 2)
  })

  it('ends when its caller no longer wants it', async () => {
    const wanted = new AbortController()
    const { signal } = wanted
    setTimeout(() => wanted.abort('enough'), 100)
    await expect(ads.getAds({ contextKeys: ['5000'] }, { signal })).rejects.toBe('enough')
    await expect(ads.getAds({}, { signal })).rejects.toBe('enough')
  })

  it('is refused when its request is too large', async () => {
    const contextKeys = ['0', 'x'.repeat(10_000)]
    await expect(ads.getAds({ contextKeys })).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED' })
  })

  it('is refused by a server without that service', async () => {
    const carts = grpcClient(CartService, ADDRESS)
    await expect(carts.getCart({})).rejects.toMatchObject({ code: 'UNIMPLEMENTED' })
    carts.close()
  })
})

describe('Health', () => {
  it.each(['', 'hipstershop.AdService', 'hipstershop.PaymentService'])('serves %p', async (service) => {
    expect((await health.check({ service })).status).toBe(1)
  })

  it('knows no unknown service', async () => {
    await expect(health.check({ service: 'x.Y' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('A server', () => {
  it('says which port is taken', async () => {
    await expect(Instance.start(HOST, 19011)).rejects.toThrow('cannot listen on port 19011')
  })
})
