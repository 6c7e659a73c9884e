/** Shipping: what it costs, and the parcels. */
import { implement } from '../../lib/grpc/implementation.ts'
import { serveGrpc } from '../../lib/grpc/server.ts'
import { ShippingService } from '../lib/gen/hipstershop_pb.ts'
import { portOf } from '../lib/services.ts'
import { shipping } from './shipping.ts'

const port = await serveGrpc(portOf('shippingservice'), [implement(ShippingService, shipping)])
console.log(`shippingservice listens on ${port}`)
