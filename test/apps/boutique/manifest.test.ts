import { beforeAll, describe, expect, it } from '@jest/globals'
import { readRepository } from '../../../adapters/sources/repository-files.ts'
import { portOf, type ServiceName } from '../../../apps/boutique/lib/services.ts'
import { checkPorts } from '../../../core/definition/check-ports.ts'
import { parseDefinition } from '../../../core/definition/definition.ts'
import { type AppPieces, readApp } from '../../../core/template/app-folder.ts'

/** What each service calls, according to the clients that its program creates. */
const CALLS = {
  frontend: [
    'adservice',
    'cartservice',
    'checkoutservice',
    'currencyservice',
    'productcatalogservice',
    'recommendationservice',
    'shippingservice',
  ],
  checkoutservice: [
    'cartservice',
    'currencyservice',
    'emailservice',
    'paymentservice',
    'productcatalogservice',
    'shippingservice',
  ],
  recommendationservice: ['productcatalogservice'],
  cartservice: ['redis'],
}

/** The kind of check that asks a program in its own protocol. */
const KIND = { grpc: 'GRPC', http: 'HTTP', tcp: 'TCP' } as const

describe('The manifest of the boutique', () => {
  let app: AppPieces
  let files: ReadonlyMap<string, string>
  beforeAll(async () => {
    const tree = await readRepository('.', ['images/boutique', 'apps/boutique'])
    app = readApp('boutique', tree.below('images/boutique'))
    files = tree.below('apps/boutique')
  })

  it('gives each service one port: in the manifest, in Consul, in its checks and in its program', () => {
    for (const [name, { port, protocol }] of Object.entries(app.manifest.services)) {
      const [definition, ...more] = parseDefinition(app.services[name]?.definition ?? '', name)
      expect(more).toEqual([])
      expect({ name, port: definition?.Port }).toEqual({ name, port })
      expect({ name, ports: checkPorts(definition ? [definition] : []) }).toEqual({
        name,
        ports: [{ protocol: 'tcp', port }],
      })
      expect(definition).toMatchObject({
        Name: name,
        Checks: [{ [KIND[protocol]]: expect.any(String), Interval: '1s' }],
      })
      const { Args = [], Env = {} } = (app.services[name]?.config ?? {}) as { Args?: string[]; Env?: object }
      expect(Env).not.toHaveProperty('PORT')
      const own =
        name === 'redis' ? Number(Args[Args.indexOf('--port') + 1]) : portOf(name as ServiceName, {})
      expect({ name, port: own }).toEqual({ name, port })
    }
  })

  it('checks the frontend where the load balancer does', () => {
    const { expose } = app.manifest.services.frontend ?? {}
    expect(app.services.frontend?.definition).toContain(`:8080${expose?.health}`)
  })

  it('needs exactly what the programs call', () => {
    const called = Object.fromEntries(
      Object.entries(app.manifest.services).map(([name, { needs }]) => [name, [...needs].sort()]),
    )
    const none = Object.keys(called).map((name) => [name, []] as const)
    expect(called).toEqual({ ...Object.fromEntries(none), ...CALLS })
    for (const [name, needs] of Object.entries(CALLS)) {
      const text = [...files]
        .filter(([path]) => path.startsWith(`${name}/`) && path.endsWith('.ts'))
        .map(([, text]) => text)
      // `redis` is found by the address in the image; all others by addressOf('<service>').
      const asked = [...text.join('\n').matchAll(/addressOf\('(\w+)'\)/g)].map(([, service]) => service)
      if (name !== 'cartservice') expect({ name, needs: [...new Set(asked)].sort() }).toEqual({ name, needs })
    }
  })

  it('points the carts at its own Redis', () => {
    const { port } = app.manifest.services.redis ?? {}
    expect(app.services.cartservice?.config).toMatchObject({
      Env: { REDIS_ADDR: `redis.service.consul:${port}` },
    })
  })
})
