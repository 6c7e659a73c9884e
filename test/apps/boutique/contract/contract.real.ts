import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { grpcClient } from '../../../../apps/lib/grpc/client.ts'
import { Health } from '../../../../apps/lib/grpc/gen/health_pb.ts'
import { ads } from './ads.ts'
import { cart } from './cart.ts'
import { catalog } from './catalog.ts'
import { checkout } from './checkout.ts'
import { currency } from './currency.ts'
import { email } from './email.ts'
import { payment } from './payment.ts'
import { addressOf, given, Programs } from './programs.ts'
import { recommendations } from './recommendations.ts'
import { shipping } from './shipping.ts'

const CONTRACTS = [catalog, currency, shipping, payment, ads, recommendations, email, cart, checkout]
const programs = new Programs()

beforeAll(() => programs.start(CONTRACTS.map(({ program }) => program)), 30_000)
afterAll(() => programs.stop())

describe.each(CONTRACTS)('$program', ({ program, service, all, ours }) => {
  const client = grpcClient(service, addressOf(program))
  afterAll(() => client.close())

  const points = { ...all, ...(given(program) === undefined ? ours : {}) }
  it.each(Object.entries(points))('%s', async (_sentence, point) => {
    await point(client as never)
  })

  it.each(['', ...(given(program) === undefined ? [service.typeName] : [])])(
    'is healthy as %p',
    async (name) => {
      const health = grpcClient(Health, addressOf(program))
      expect((await health.check({ service: name })).status).toBe(1)
      health.close()
    },
  )
})
