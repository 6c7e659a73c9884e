import { requiredPort } from '../../lib/settings.ts'

/** The shop's services: the variable that says where each one is, and its port unless PORT says otherwise. */
export const SERVICES = {
  adservice: { variable: 'AD_SERVICE_ADDR', port: 9555 },
  cartservice: { variable: 'CART_SERVICE_ADDR', port: 7070 },
  checkoutservice: { variable: 'CHECKOUT_SERVICE_ADDR', port: 5050 },
  currencyservice: { variable: 'CURRENCY_SERVICE_ADDR', port: 7000 },
  emailservice: { variable: 'EMAIL_SERVICE_ADDR', port: 8080 },
  frontend: { variable: 'FRONTEND_ADDR', port: 8080 },
  paymentservice: { variable: 'PAYMENT_SERVICE_ADDR', port: 50051 },
  productcatalogservice: { variable: 'PRODUCT_CATALOG_SERVICE_ADDR', port: 3550 },
  recommendationservice: { variable: 'RECOMMENDATION_SERVICE_ADDR', port: 8080 },
  shippingservice: { variable: 'SHIPPING_SERVICE_ADDR', port: 50051 },
} as const

export type ServiceName = keyof typeof SERVICES

/** Where a service of the shop is, as `host:port`: from its variable, or else its name in Consul's DNS. */
export function addressOf(service: ServiceName, environment: NodeJS.ProcessEnv = process.env): string {
  const { variable, port } = SERVICES[service]
  return environment[variable] || `${service}.service.consul:${port}`
}

/**
 * The port that a service of the shop listens on: PORT, or else its usual one.
 * @throws Error when PORT is not a valid port
 */
export function portOf(service: ServiceName, environment: NodeJS.ProcessEnv = process.env): number {
  return environment.PORT ? requiredPort('PORT', environment) : SERVICES[service].port
}
