import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import type { ServiceSpec } from '../../../core/base/manifest-types.ts'
import { parseManifest } from '../../../core/manifest/manifest.ts'
import { ROOT } from '../../apps/apps.ts'
import { moved } from './moved.ts'
import { DOCKERFILE, deployment, service, written } from './objects.ts'

describe('a shop like the boutique', () => {
  /** Manifests as its upstream has them: the same ports, checks and variables, without ours. */
  const ours = parseManifest(
    readFileSync(join(ROOT, 'images/boutique/app.yml'), 'utf8'),
    'images/boutique/app.yml',
  )
  const called = (name: string) => (name === 'redis' ? 'redis-cart' : name)
  const objects = Object.entries(ours.services).flatMap(([name, { port = 0, protocol, needs, expose }]) => {
    const env = needs.map((need) => ({
      name: `${need.replace(/service$/, '').toUpperCase()}_SERVICE_ADDR`,
      value: `${called(need)}:${ours.services[need]?.port}`,
    }))
    const readinessProbe = expose
      ? { httpGet: { path: expose.health, port } }
      : protocol === 'tcp'
        ? { tcpSocket: { port } }
        : { grpc: { port } }
    const image = name === 'redis' ? 'redis:alpine' : `example/${name}:v1`
    return [
      deployment(called(name), { image, ports: [{ containerPort: port }], env, readinessProbe }),
      service(called(name), { ports: [{ name: protocol, port, targetPort: port }] }),
      ...(expose
        ? [
            service(`${name}-external`, {
              type: 'LoadBalancer',
              selector: { app: name },
              ports: [{ port: 80, targetPort: port }],
            }),
          ]
        : []),
    ]
  })

  /** What docs/moving-in.md lists: sources, counts, host and listener port, the table of orders. */
  const comparable = ({ port, protocol, needs, stateful, expose, instanceType }: ServiceSpec) => ({
    port,
    protocol,
    needs: needs.map(called).sort(),
    stateful,
    instanceType,
    health: expose?.health,
  })
  const all = (services: Record<string, ServiceSpec>) =>
    Object.fromEntries(Object.entries(services).map(([name, each]) => [called(name), comparable(each)]))

  it('becomes the manifest that we wrote, but for the differences that the page lists', () => {
    const text = written(objects)
    const files = {
      'k8s/all.yml': text,
      ...Object.fromEntries(Object.keys(ours.services).map((name) => [`src/${name}/Dockerfile`, DOCKERFILE])),
    }
    const made = moved(files, 'k8s', { app: 'boutique' })
    const { manifest } = made.read()
    expect(all(manifest.services)).toEqual(all(ours.services))
    expect(made.said.filter((said) => said.startsWith('left'))).toEqual([])
  })
})
