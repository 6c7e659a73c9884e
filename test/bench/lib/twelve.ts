import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * A shop's worth of services in four waves: the shape of an app with many small services, without their
 * programs.
 */
export const NEEDS: Record<string, string[]> = {
  redis: [],
  ad: [],
  currency: [],
  email: [],
  payment: [],
  catalog: [],
  shipping: [],
  quotes: [],
  cart: ['redis'],
  recommendation: ['catalog'],
  checkout: ['cart', 'currency', 'email', 'payment', 'catalog', 'shipping'],
  front: ['ad', 'cart', 'checkout', 'currency', 'catalog', 'recommendation', 'shipping'],
}

/** The app's name, and the Consul name of a service. */
export const TWELVE = 'twelve'
export const consulName = (service: string): string => `${TWELVE}-${service}`

/** Writes the app into a checkout: twelve copies of the page of `web`, which starts at once. */
export async function writeTwelve(root: string): Promise<void> {
  const folder = join(root, 'images', TWELVE)
  for (const service of Object.keys(NEEDS)) {
    await mkdir(join(folder, service), { recursive: true })
    for (const file of ['Dockerfile', 'config.json'])
      await cp(join(root, 'images/web/web', file), join(folder, service, file))
    const check = { http: 'http://HEALTHROUTE:8080/healthz', interval: '1s', timeout: '1s' }
    const definition = { service: { name: consulName(service), port: 8080, checks: [check] } }
    await writeFile(join(folder, service, 'consul.json'), JSON.stringify(definition))
  }
  const services = Object.entries(NEEDS).map(([service, needs]) => [
    service,
    { source: 'apps/web', port: 8080, needs },
  ])
  // JSON is YAML.
  await writeFile(
    join(folder, 'app.yml'),
    JSON.stringify({ app: TWELVE, services: Object.fromEntries(services) }),
  )
}
