import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import type { ServiceSpec } from '../../../core/base/manifest-types.ts'
import { BASES_LOCK, basesLockSchema, parseLock, UNKNOWN } from '../../../core/images/locks.ts'
import { parseManifest } from '../../../core/manifest/manifest.ts'
import { folderImage, markerOf } from '../../../core/moving-in/folder/languages.ts'
import { treeOf } from '../../../core/moving-in/tree.ts'
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

describe('the Dockerfiles of hello', () => {
  const lock = parseLock(basesLockSchema, readFileSync(join(ROOT, BASES_LOCK), 'utf8'), BASES_LOCK)
  const bases = (language: string) => {
    const { image, digest } = lock[language] as { image: string; digest: string }
    return digest === UNKNOWN ? image : `${image}@${digest}`
  }

  it.each(['ts', 'js', 'go', 'python', 'java'])('are what init writes for a folder: %s', (service) => {
    const folder = `apps/hello/${service}`
    const files = readdirSync(join(ROOT, folder)).filter((name) => name.includes('.'))
    const tree = treeOf(
      Object.fromEntries(
        files.map((name) => [`${folder}/${name}`, readFileSync(join(ROOT, folder, name), 'utf8')]),
      ),
    )
    const { dockerfile, todo } = folderImage(tree, folder, markerOf(tree, folder) ?? '', bases)
    expect(readFileSync(join(ROOT, 'images/hello', service, 'Dockerfile'), 'utf8')).toBe(dockerfile)
    expect(todo).toBeUndefined()
  })

  it('cannot be built before the packages are locked, which init says', () => {
    const todo = (name: string, text: string) =>
      folderImage(treeOf({ [name]: text }), '.', name, bases).todo?.what
    expect(todo('package.json', '{"dependencies": {"ms": "1"}}')).toMatch(/package-lock\.json is missing/)
    expect(todo('pyproject.toml', 'dependencies = ["bottle"]')).toMatch(/without their hashes/)
    expect(todo('requirements.txt', 'bottle==1\n')).toMatch(/without their hashes/)
    expect(todo('requirements.txt', 'bottle==1 --hash=sha256:0')).toBeUndefined()
    expect(todo('pom.xml', '<dependency>')).toMatch(/maven\.lock\.json is missing/)
  })
})
