/**
 * A service with two calls, as a separate process: `GetAds`, which the contract calls safe to repeat, and
 * `Charge`, which it does not. Both answer with the instance's name, after the requested milliseconds; each
 * charge is a line of output, as is each call that its caller gave up on.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { AdService, PaymentService } from '../../../../apps/boutique/lib/gen/hipstershop_pb.ts'
import { type Call, implement } from '../../../../apps/lib/grpc/implementation.ts'
import { GrpcProblem } from '../../../../apps/lib/grpc/problem.ts'
import { serveGrpc } from '../../../../apps/lib/grpc/server.ts'

const { NAME = 'nameless', PORT = '0', NOTICE_MS = '2500', GRACE_MS = '4000' } = process.env

async function wait(milliseconds: number, { signal }: Call): Promise<void> {
  signal.addEventListener('abort', () => console.log('given up'))
  await pause(milliseconds)
}

const ads = implement(AdService, {
  async getAds({ contextKeys: [first = '0'] }, call) {
    if (first === 'refuse') throw new GrpcProblem('INVALID_ARGUMENT', 'This is refused.')
    if (first === 'away') {
      console.log('away')
      throw new GrpcProblem('UNAVAILABLE', 'What this needs is down.')
    }
    if (first === 'fail') throw new Error('a secret of the inside')
    await wait(Number(first), call)
    return { ads: [{ text: NAME, redirectUrl: call.metadata('token') ?? '' }] }
  },
})

const payment = implement(PaymentService, {
  async charge({ amount }, call) {
    console.log('charge')
    await wait(Number(amount?.units ?? 0n), call)
    return { transactionId: NAME }
  },
})

const options = { noticeMs: Number(NOTICE_MS), graceMs: Number(GRACE_MS), maxBytes: 10_000 }
const port = await serveGrpc(Number(PORT), [ads, payment], options)
console.log(`listens on ${port}`)
