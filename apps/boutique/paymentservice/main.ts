/** Charges cards, and refunds charges. */
import { implement } from '../../lib/grpc/implementation.ts'
import { serveGrpc } from '../../lib/grpc/server.ts'
import { PaymentService } from '../lib/gen/hipstershop_pb.ts'
import { Refunds } from '../lib/gen/payments_pb.ts'
import { portOf } from '../lib/services.ts'
import { payments } from './payment.ts'

const { payment, refunds } = payments({ now: () => new Date(), log: console.log })
const services = [implement(PaymentService, payment), implement(Refunds, refunds)]
const port = await serveGrpc(portOf('paymentservice'), services)
console.log(`paymentservice listens on ${port}`)
