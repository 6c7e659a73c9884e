/** The shop's currencies, and conversion between them. */
import { implement } from '../../lib/grpc/implementation.ts'
import { serveGrpc } from '../../lib/grpc/server.ts'
import { CurrencyService } from '../lib/gen/hipstershop_pb.ts'
import { portOf } from '../lib/services.ts'
import { currency } from './currency.ts'
import { RATES } from './rates.ts'

const port = await serveGrpc(portOf('currencyservice'), [implement(CurrencyService, currency(RATES))])
console.log(`currencyservice listens on ${port}`)
