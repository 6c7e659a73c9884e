import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import type { ServiceSpec } from '../../../core/base/manifest-types.ts'
import { BASES_LOCK, basesLockSchema, parseLock, UNKNOWN } from '../../../core/images/locks.ts'
import { parseManifest } from '../../../core/manifest/manifest.ts'
import { folderImage, markerOf } from '../../../core/moving-in/folder/languages.ts'
import { treeOf } from '../../../core/moving-in/tree.ts'
import { ROOT } from '../../apps/apps.ts'
import { boutiqueManifests, FACTS } from './boutique-objects.ts'
import { moved } from './moved.ts'
import { DOCKERFILE } from './objects.ts'

describe('a shop with the facts of the public boutique', () => {
  const manifest = readFileSync(join(ROOT, 'images/boutique/app.yml'), 'utf8')
  const ours = parseManifest(manifest, 'images/boutique/app.yml').services
  const called = (name: string) => (name === 'redis' ? 'redis-cart' : name)
  const sources = [...Object.keys(FACTS), 'loadgenerator'].map((name) => [
    `src/${name}/Dockerfile`,
    DOCKERFILE,
  ])
  const files = { 'k8s/all.yml': boutiqueManifests(), ...Object.fromEntries(sources) }
  const app = moved(files, 'k8s', { app: 'boutique' })
  const check = (text: string): Record<string, unknown> => JSON.parse(text).service.checks[0]

  /** What a service of theirs has otherwise, key by key. */
  function differences(name: string, mine: ServiceSpec, theirs: ServiceSpec): string[] {
    const plain = ({ needs, ...rest }: ServiceSpec): Record<string, unknown> => ({
      ...rest,
      needs: needs.map(called).sort(),
    })
    const [one, other] = [plain(mine), plain(theirs)]
    const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])]
    const own = check(readFileSync(join(ROOT, `images/boutique/${name}/consul.json`), 'utf8'))
    const their = check(app.file(`${called(name)}/consul.json`))
    const asked = [...new Set([...Object.keys(own), ...Object.keys(their)])]
    return [
      ...keys.filter((key) => !isDeepStrictEqual(one[key], other[key])),
      ...asked.filter((key) => !isDeepStrictEqual(own[key], their[key])).map((key) => `check.${key}`),
    ].sort()
  }

  it('becomes the manifest that we wrote, but for the differences that the page lists', () => {
    const theirs = app.read().manifest.services
    expect(Object.keys(theirs).sort()).toEqual([...Object.keys(ours).map(called), 'loadgenerator'].sort())
    const found = Object.entries(ours).map(([name, mine]) => [
      name,
      differences(name, mine, theirs[called(name)] as ServiceSpec),
    ])
    const usual = ['count', 'env', 'source']
    const slower = ['check.interval', ...usual]
    expect(Object.fromEntries(found)).toEqual({
      frontend: ['check.header', 'count', 'env', 'expose', 'replaceAfter', 'source'],
      adservice: slower,
      cartservice: usual,
      checkoutservice: [...usual, 'permissions'].sort(),
      currencyservice: usual,
      emailservice: slower,
      paymentservice: usual,
      productcatalogservice: usual,
      recommendationservice: slower,
      redis: ['check.interval', 'check.name', 'count', 'replaceAfter'],
      shippingservice: slower,
    })
    expect(theirs.frontend?.expose).toMatchObject({ host: 'boutique', path: '/', health: '/_healthz' })
  })

  it('says what else is not taken', () => {
    const left = app.said.filter((said) => said.startsWith('left') && !said.includes('ServiceAccount'))
    expect(left.map((said) => said.replace(/^left k8s\/all\.yml: (Deployment \w+: )?/, ''))).toEqual([
      expect.stringContaining('initialDelaySeconds'),
      ...Object.keys(FACTS).map(() => expect.stringContaining('without meaning for an instance')),
      expect.stringContaining('initContainer frontend-check: an instance runs one program'),
    ])
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
