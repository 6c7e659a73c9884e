/** What the shop sells. EXTRA_LATENCY, a duration such as 250ms, makes each answer that much slower. */
import { readFileSync } from 'node:fs'
import { implement } from '../../lib/grpc/implementation.ts'
import { serveGrpc } from '../../lib/grpc/server.ts'
import { ProductCatalogService } from '../lib/gen/hipstershop_pb.ts'
import { portOf } from '../lib/services.ts'
import { catalogue } from './catalogue.ts'
import { duration } from './latency.ts'
import { readProducts } from './products.ts'

const products = readProducts(readFileSync(new URL('assets/products.json', import.meta.url), 'utf8'))
const latencyMs = duration('EXTRA_LATENCY', process.env.EXTRA_LATENCY || '0s')
const service = implement(ProductCatalogService, catalogue(products, latencyMs))
const port = await serveGrpc(portOf('productcatalogservice'), [service])
console.log(`productcatalogservice listens on ${port} with ${products.length} products`)
