/** Products to look at next. */
import { grpcClient } from '../../lib/grpc/client.ts'
import { implement } from '../../lib/grpc/implementation.ts'
import { serveGrpc } from '../../lib/grpc/server.ts'
import { ProductCatalogService, RecommendationService } from '../lib/gen/hipstershop_pb.ts'
import { addressOf, portOf } from '../lib/services.ts'
import { recommend } from './recommend.ts'

const catalogue = grpcClient(ProductCatalogService, addressOf('productcatalogservice'), { timeoutMs: 3000 })

const recommendations = implement(RecommendationService, {
  async listRecommendations({ productIds }, { deadline, signal }) {
    const { products } = await catalogue.listProducts({}, { deadline, signal })
    const all = products.map(({ id }) => id)
    return { productIds: recommend(all, productIds, Math.random) }
  },
})
const port = await serveGrpc(portOf('recommendationservice'), [recommendations])
console.log(`recommendationservice listens on ${port}`)
