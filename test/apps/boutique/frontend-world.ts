import { setTimeout as pause } from 'node:timers/promises'
import type { DescService } from '@bufbuild/protobuf'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import {
  AdService,
  CartService,
  CheckoutService,
  CurrencyService,
  type PlaceOrderRequest,
  ProductCatalogService,
  RecommendationService,
  ShippingService,
} from '../../../apps/boutique/lib/gen/hipstershop_pb.ts'
import { type Call, type Handlers, implement } from '../../../apps/lib/grpc/implementation.ts'
import { type Code, GrpcProblem } from '../../../apps/lib/grpc/problem.ts'

export const PRODUCTS = [
  { id: 'MUG', name: 'Mug <b>', units: 8n, categories: ['kitchen'] },
  { id: 'WATCH', name: 'Watch', units: 109n, categories: ['accessories'] },
  { id: 'JAR', name: 'Jar', units: 5n, categories: ['kitchen'] },
].map(({ units, ...product }) => ({
  ...product,
  description: `A "${product.name}".`,
  picture: '/static/img/products/mug.svg',
  priceUsd: { currencyCode: 'USD', units, nanos: 990_000_000 },
}))

/** The seven services behind the shop's pages, behaving as a test wants. All of them listen on one port. */
export class World {
  /** How often each method was called. */
  readonly calls = new Map<string, number>()
  /** Methods that fail. */
  readonly failing = new Map<string, Code>()
  /** Methods that are slow, in ms. */
  readonly slow = new Map<string, number>()
  readonly carts = new Map<string, { productId: string; quantity: number }[]>()
  /** Orders by their keys. */
  readonly orders = new Map<string, PlaceOrderRequest>()
  ad = { redirectUrl: '/product/JAR', text: 'Jars & more' }
  #server = new Server()

  /** @returns its address */
  async open(): Promise<string> {
    this.#add(ProductCatalogService, {
      listProducts: () => ({ products: PRODUCTS }),
      getProduct: ({ id }) => {
        const product = PRODUCTS.find((one) => one.id === id)
        if (product === undefined) throw new GrpcProblem('NOT_FOUND', 'no such product')
        return product
      },
      searchProducts: ({ query }) => ({ results: PRODUCTS.filter(({ name }) => name.includes(query)) }),
    })
    this.#add(CurrencyService, {
      getSupportedCurrencies: () => ({ currencyCodes: ['EUR', 'USD', 'JPY', 'CHF'] }),
      // A third of a cent that must not get lost: three of them make another cent.
      convert: ({ from, toCode }) => ({
        currencyCode: toCode,
        units: from?.units ?? 0n,
        nanos: 993_333_334,
      }),
    })
    this.#add(CartService, {
      addItem: ({ userId, item }) => {
        if (item) this.carts.set(userId, [...(this.carts.get(userId) ?? []), item])
        return {}
      },
      getCart: ({ userId }) => ({ userId, items: this.carts.get(userId) ?? [] }),
      emptyCart: ({ userId }) => {
        this.carts.delete(userId)
        return {}
      },
    })
    this.#add(RecommendationService, {
      listRecommendations: ({ productIds }) => ({
        productIds: PRODUCTS.map(({ id }) => id).filter((id) => !productIds.includes(id)),
      }),
    })
    this.#add(ShippingService, {
      getQuote: () => ({ costUsd: { currencyCode: 'USD', units: 8n, nanos: 990_000_000 } }),
      shipOrder: () => ({ trackingId: 'unused' }),
    })
    this.#add(AdService, { getAds: () => ({ ads: [this.ad] }) })
    this.#add(CheckoutService, { placeOrder: (request, call) => this.#place(request, call) })
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    this.#server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    )
    return `127.0.0.1:${await promise}`
  }

  close(): void {
    this.#server.forceShutdown()
  }

  /** Resets everything. */
  reset(): void {
    for (const map of [this.calls, this.failing, this.slow, this.carts, this.orders]) map.clear()
    this.ad = { redirectUrl: '/product/JAR', text: 'Jars & more' }
  }

  #place(request: PlaceOrderRequest, call: Call) {
    const key = call.metadata('idempotency-key') ?? ''
    if (!this.orders.has(key)) this.orders.set(key, request)
    const money = { currencyCode: request.userCurrency, units: 8n, nanos: 990_000_000 }
    const items = [{ item: { productId: 'MUG', quantity: 2 }, cost: money }]
    const order = { orderId: `order-${key}`, shippingTrackingId: 'AB-123', shippingCost: money, items }
    return { order: { ...order, shippingAddress: request.address } }
  }

  #add<S extends DescService>(service: S, handlers: Handlers<S>): void {
    const scripted = Object.entries(handlers).map(([method, handler]) => [
      method,
      async (request: unknown, call: Call) => {
        this.calls.set(method, (this.calls.get(method) ?? 0) + 1)
        await pause(this.slow.get(method) ?? 0, undefined, { ref: false })
        const code = this.failing.get(method)
        if (code !== undefined) throw new GrpcProblem(code, `The method says ${code}.`)
        return (handler as (request: unknown, call: Call) => unknown)(request, call)
      },
    ])
    const { definition, handlers: bound } = implement(service, Object.fromEntries(scripted))
    this.#server.addService(definition, bound)
  }
}
