import { type GrpcClient, grpcClient } from '../../lib/grpc/client.ts'
import {
  AdService,
  CartService,
  CheckoutService,
  CurrencyService,
  ProductCatalogService,
  RecommendationService,
  ShippingService,
} from '../lib/gen/hipstershop_pb.ts'
import type { ServiceName } from '../lib/services.ts'

/** The services that pages are made of. */
export interface Services {
  catalog: GrpcClient<typeof ProductCatalogService>
  currency: GrpcClient<typeof CurrencyService>
  cart: GrpcClient<typeof CartService>
  recommendations: GrpcClient<typeof RecommendationService>
  shipping: GrpcClient<typeof ShippingService>
  checkout: GrpcClient<typeof CheckoutService>
  ads: GrpcClient<typeof AdService>
}

/**
 * Clients for all of them.
 * @param addressOf `host:port` of a service
 * @throws Error naming the first address that is not valid
 */
export const connect = (addressOf: (service: ServiceName) => string): Services => ({
  catalog: grpcClient(ProductCatalogService, addressOf('productcatalogservice')),
  currency: grpcClient(CurrencyService, addressOf('currencyservice')),
  cart: grpcClient(CartService, addressOf('cartservice')),
  recommendations: grpcClient(RecommendationService, addressOf('recommendationservice')),
  shipping: grpcClient(ShippingService, addressOf('shippingservice')),
  checkout: grpcClient(CheckoutService, addressOf('checkoutservice')),
  ads: grpcClient(AdService, addressOf('adservice')),
})
