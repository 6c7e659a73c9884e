import { deployment, object, service, written } from './objects.ts'

/** What the public manifests of Online Boutique say of a service; the words here are ours. */
interface Facts {
  port: number
  /** The Service's port, where it is another. */
  called?: number
  /** Seconds between two probes. */
  period?: number
  /** Variable -> service with its port. */
  asks?: Record<string, string>
  env?: Record<string, string>
  memory: string
}

const quiet = { DISABLE_PROFILER: '1' }
const CATALOG = { PRODUCT_CATALOG_SERVICE_ADDR: 'productcatalogservice:3550' }
const CURRENCY = { CURRENCY_SERVICE_ADDR: 'currencyservice:7000' }
const CART = { CART_SERVICE_ADDR: 'cartservice:7070' }
const SHIPPING = { SHIPPING_SERVICE_ADDR: 'shippingservice:50051' }

export const FACTS: Record<string, Facts> = {
  frontend: {
    port: 8080,
    called: 80,
    asks: {
      ...CATALOG,
      ...CURRENCY,
      ...CART,
      RECOMMENDATION_SERVICE_ADDR: 'recommendationservice:8080',
      ...SHIPPING,
      CHECKOUT_SERVICE_ADDR: 'checkoutservice:5050',
      AD_SERVICE_ADDR: 'adservice:9555',
    },
    env: { SHOPPING_ASSISTANT_SERVICE_ADDR: 'shoppingassistantservice:80', ENABLE_PROFILER: '0' },
    memory: '128Mi',
  },
  adservice: { port: 9555, period: 15, memory: '300Mi' },
  currencyservice: { port: 7000, env: quiet, memory: '128Mi' },
  cartservice: { port: 7070, asks: { REDIS_ADDR: 'redis-cart:6379' }, memory: '128Mi' },
  recommendationservice: { port: 8080, period: 5, asks: CATALOG, env: quiet, memory: '450Mi' },
  checkoutservice: {
    port: 5050,
    asks: {
      ...CATALOG,
      ...SHIPPING,
      PAYMENT_SERVICE_ADDR: 'paymentservice:50051',
      EMAIL_SERVICE_ADDR: 'emailservice:5000',
      ...CURRENCY,
      ...CART,
    },
    memory: '128Mi',
  },
  emailservice: { port: 8080, called: 5000, period: 5, env: quiet, memory: '128Mi' },
  paymentservice: { port: 50051, env: quiet, memory: '128Mi' },
  productcatalogservice: { port: 3550, env: quiet, memory: '128Mi' },
  shippingservice: { port: 50051, period: 5, env: quiet, memory: '128Mi' },
}

const variables = (values: Record<string, string>) =>
  Object.entries(values).map(([name, value]) => ({ name, value }))

function program(name: string, { port, called = port, period, asks = {}, env = {}, memory }: Facts) {
  const page = name === 'frontend'
  const told = name === 'cartservice' || name === 'checkoutservice' ? {} : { PORT: String(port) }
  const cookie = [{ name: 'Cookie', value: 'shop_session-id=x-readiness-probe' }]
  const asked = page
    ? { initialDelaySeconds: 10, httpGet: { path: '/_healthz', port, httpHeaders: cookie } }
    : { grpc: { port } }
  const container = {
    name: 'server',
    image: `registry.example/shop/${name}:v1`,
    securityContext: { readOnlyRootFilesystem: true },
    ports: [{ containerPort: port }],
    readinessProbe: { ...asked, ...(period && { periodSeconds: period }) },
    livenessProbe: { ...asked, ...(period && { periodSeconds: period }) },
    env: variables({ ...told, ...asks, ...env }),
    resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '200m', memory } },
  }
  return [
    deployment(name, container, { serviceAccountName: name, terminationGracePeriodSeconds: 5 }),
    service(name, {
      type: 'ClusterIP',
      ports: [{ name: page ? 'http' : 'grpc', port: called, targetPort: port }],
    }),
    object('ServiceAccount', name),
  ]
}

const redis = [
  deployment(
    'redis-cart',
    {
      name: 'redis',
      image: 'redis:alpine@sha256:0',
      ports: [{ containerPort: 6379 }],
      readinessProbe: { periodSeconds: 5, tcpSocket: { port: 6379 } },
      livenessProbe: { periodSeconds: 5, tcpSocket: { port: 6379 } },
      volumeMounts: [{ name: 'redis-data', mountPath: '/data' }],
      resources: { limits: { memory: '256Mi', cpu: '125m' } },
    },
    { volumes: [{ name: 'redis-data', emptyDir: {} }] },
  ),
  service('redis-cart', { ports: [{ name: 'tcp-redis', port: 6379, targetPort: 6379 }] }),
]

const load = deployment(
  'loadgenerator',
  {
    name: 'main',
    image: 'registry.example/shop/loadgenerator:v1',
    env: variables({ FRONTEND_ADDR: 'frontend:80', USERS: '10', RATE: '1' }),
    resources: { limits: { cpu: '500m', memory: '512Mi' } },
  },
  { initContainers: [{ name: 'frontend-check', image: 'busybox', command: ['/bin/sh', '-c', 'exit 0'] }] },
)

/** Manifests with these facts, in the shape of the public ones. */
export const boutiqueManifests = (): string =>
  written([
    ...Object.entries(FACTS).flatMap(([name, facts]) => program(name, facts)),
    ...redis,
    load,
    service('frontend-external', {
      type: 'LoadBalancer',
      selector: { app: 'frontend' },
      ports: [{ name: 'http', port: 80, targetPort: 8080 }],
    }),
  ])
