import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { RepositoryFiles } from '../../../adapters/sources/repository-files.ts'
import { entryDigest, sourceArchive } from '../../../adapters/sources/source-archive.ts'
import { bundleDigest } from '../../../core/base/bundle.ts'
import { aloneApp } from '../../../core/deploy/alone.ts'
import { type AppState, type ChangedService, changedServices } from '../../../core/deploy/changed-services.ts'
import { parseRepository } from '../../../core/manifest/repository.ts'
import { ignoreFiles, isLeftOut, isWanted } from '../../../core/manifest/source-files.ts'
import { LONGEST_PATTERN, MOST_PATTERNS, triggerFilters } from '../../../core/manifest/trigger-filters.ts'
import { readApp } from '../../../core/template/app-folder.ts'
import type { App } from '../../../core/template/parsed-app.ts'
import { matchesGlob } from '../../support/codepipeline-glob.ts'
import { type Files, histories } from './random-repositories.ts'

/** More of them by hand: PIPELINES_RUNS=20000 PIPELINES_SEED=7. */
const RUNS = Number(process.env.PIPELINES_RUNS ?? 80)
const SEED = Number(process.env.PIPELINES_SEED ?? 18)

const archive = (files: Files): RepositoryFiles =>
  new RepositoryFiles(
    Object.entries(files).map(([path, text]) => ({ path, content: Buffer.from(text), executable: false })),
  )

/** As a push reads and packs it. */
function pushed(files: Files): AppState & { app: App } {
  const all = archive(files)
  const said = new Map(all.below('images/shop'))
  const { defaults } = parseRepository(files['nanofleet.yml'] ?? '')
  const { manifest, resources, services, definitions } = readApp('shop', said, defaults)
  const ignores = new Map([...all.texts].filter(([path]) => ignoreFiles(manifest).includes(path)))
  const wanted = isWanted(manifest, ignores)
  const tree = archive(
    Object.fromEntries(Object.entries(files).filter(([path]) => !isLeftOut(path) && wanted(path))),
  )
  const packed = Object.entries(services).map(
    ([name, service]) => [name, service, sourceArchive(manifest, name, tree)] as const,
  )
  const bundle = {
    format: 1 as const,
    manifest,
    resources,
    services: Object.fromEntries(
      packed.map(([name, service, { digest }]) => [name, { ...service, source: digest }]),
    ),
  }
  return {
    app: { digest: bundleDigest(bundle), bundle, definitions },
    bundle,
    images: new Map(packed.map(([name, , made]) => [name, made.files()])),
    files: new Map([...all.texts.keys()].map((path) => [path, entryDigest(all.entry(path))])),
  }
}

const touchedBetween = (before: Files, after: Files): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((path) => before[path] !== after[path])

describe('over each commit of random histories', () => {
  it('exactly the services are listed that a release alone would change, and no filter misses one', () => {
    const property = fc.property(histories, (states) => {
      const read = states.map((files) => ({ texts: files, ...pushed(files) }))
      for (const [index, after] of read.slice(1).entries()) judge(read[index] as Read, after)
    })
    fc.assert(property, { numRuns: RUNS, seed: SEED })
  })
})

type Read = ReturnType<typeof pushed> & { texts: Files }

function judge(before: Read, after: Read): void {
  const { changed, removed } = changedServices(before, after)
  const listed = changed.map(({ service }) => service)
  for (const service of Object.keys(after.bundle.services)) {
    const { app } = aloneApp(after.app, before.app, [service])
    expect([service, listed.includes(service)]).toEqual([service, app.digest !== before.app.digest])
  }
  const gone = Object.keys(before.bundle.services).filter((name) => !(name in after.bundle.services))
  expect(removed).toEqual(gone)
  for (const each of changed) if (each.change === 'changed') judgeService(before, after, each)
}

function judgeService(before: Read, after: Read, { service, parts, paths }: ChangedService): void {
  const touched = touchedBetween(before.texts, after.texts)
  const [was, is] = [before, after].map(({ bundle }) => bundle.services[service]?.source)
  expect(parts.includes('image')).toBe(was !== is)
  // Each path is touched, or came into the image or went out of it.
  const [had, has] = [before, after].map(({ images }) => images.get(service))
  const named = paths.filter((path) => touched.includes(path) || had?.has(path) !== has?.has(path))
  expect([paths.length > 0, paths]).toEqual([true, named])
  // A pipeline has the filters of the state before, or already those of the commit.
  for (const { bundle } of [before, after]) {
    const patterns = triggerFilters(bundle.manifest, service)
    expect(patterns.length).toBeLessThanOrEqual(MOST_PATTERNS)
    expect(touched.filter((path) => patterns.some((pattern) => matchesGlob(pattern, path)))).not.toEqual([])
  }
}

describe('filters', () => {
  const name = fc
    .stringMatching(/^[a-z*?[{.][a-z0-9.[\]{},*?!\\-]{0,90}$/)
    .filter((text) => !/^\.+$/.test(text))
  const path = fc.array(name, { minLength: 1, maxLength: 6 }).map((names) => names.join('/'))

  it('are few and short for any folders, links and names, and cover all that is in them', () => {
    const places = fc.record({
      source: path,
      resources: path,
      folder: fc.oneof(fc.constant(''), path),
      links: fc.array(path, { maxLength: 12 }),
      inside: path,
    })
    fc.assert(
      fc.property(places, ({ source, resources, folder, links, inside }) => {
        const [service] = Object.values(pushed(PLAIN).bundle.manifest.services)
        const manifest = {
          app: 'shop',
          requires: [],
          resources,
          services: { web: { ...service, source } },
        } as never
        const patterns = triggerFilters(manifest, 'web', { folder, links: links.map((link) => `${link}/`) })
        const below = [source, 'images/shop/web', 'apps/lib', 'apps/shop/lib', 'buildspecs', ...links]
        const files = [
          'images/shop/app.yml',
          `images/shop/${resources}`,
          'package.json',
          'package-lock.json',
          'nanofleet.yml',
        ]
        const covered = [...below.map((root) => `${root}/${inside}`), ...files]
        expect(patterns.length).toBeLessThanOrEqual(MOST_PATTERNS)
        for (const pattern of patterns) expect(pattern.length).toBeLessThanOrEqual(LONGEST_PATTERN)
        for (const file of covered) {
          const whole = folder === '' ? file : `${folder}/${file}`
          expect([whole, patterns.some((pattern) => matchesGlob(pattern, whole))]).toEqual([whole, true])
        }
      }),
      { numRuns: RUNS, seed: SEED },
    )
  })
})

const PLAIN: Files = {
  'images/shop/app.yml': 'app: shop\nservices:\n  web: {source: apps/web}\n',
  'images/shop/web/config.json': '{"Program": "/web"}',
  'apps/web/main.ts': 'export {}',
}
