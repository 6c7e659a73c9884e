import { describe, expect, it } from '@jest/globals'
import { type AppBundle, bundleDigest } from '../../../core/base/bundle.ts'
import { canonicalJson } from '../../../core/base/canonical.ts'
import { parseApp, parsedApp } from '../../../core/template/parsed-app.ts'
import { repositoryApps, sampleApp } from '../../apps/apps.ts'
import { studio } from '../../apps/studio.ts'

/** The bundle as it comes back out of the bucket. */
const stored = (bundle: AppBundle, change: (value: never) => void = () => {}) => {
  const value = JSON.parse(canonicalJson(bundle)) as never
  change(value)
  const { app } = bundle.manifest
  return parseApp({ app, digest: bundleDigest(bundle), value, place: 'stored' })
}

const published = sampleApp(
  'shop',
  `source: upstream
upstream: {registry: a.example/b, version: v1}
services:
  web: {source: apps/web, port: 8080, expose: {port: 8101}, count: {min: 2, max: 4}}
  redis: {port: 6379, protocol: tcp}
`,
  { 'web/upstream/config.json': '{"Program": "/p", "Args": ["web"]}' },
)

describe('a stored app', () => {
  it('is read as it was pushed', async () => {
    for (const bundle of [...(await repositoryApps()), studio(), published])
      expect(stored(bundle)).toEqual(parsedApp(bundle))
  })

  it('gets the defaults of keys that are younger than it', () => {
    const read = stored(studio(), ({ manifest }: { manifest: AppBundle['manifest'] }) => {
      delete (manifest.services.db as { strategy?: string }).strategy
    })
    expect(read.bundle.manifest.services.db?.strategy).toBe('surge')
  })

  it('says what Consul is told of each service', () => {
    const { definitions } = parsedApp(studio())
    expect(definitions.admin).toEqual([])
    expect(definitions.db).toEqual([{ Name: 'db', Checks: [{ Interval: '10s', TCP: 'HEALTHROUTE:8001' }] }])
  })

  it('keeps what a push has refused since, as it runs', () => {
    const config = { Kernel: '/k', Env: { A: '1' } }
    const empty = stored(studio(), ({ manifest }: AppBundle) =>
      Object.assign(manifest.services.db ?? {}, { env: { A: '' } }),
    )
    expect(empty.bundle.manifest.services.db?.env).toEqual({ A: '' })
    const read = stored(studio(), ({ services }: AppBundle) => Object.assign(services.db ?? {}, { config }))
    expect(read.bundle.services.db?.config).toEqual(config)
  })

  it('is wrong when its configuration is none of ops', () => {
    const config = { Args: 'x', Klib: [] }
    const read = () =>
      stored(studio(), ({ services }: AppBundle) => Object.assign(services.db ?? {}, { config }))
    expect(read).toThrow('stored: services.db.config.Args: "x" is not what ops takes; push the app again')
    expect(read).toThrow('stored: services.db.config.Klib: unknown key; push the app again')
  })

  it('tells all that is wrong in one error', () => {
    const read = () =>
      stored(studio(), (value: Record<string, unknown>) => {
        value.format = 3
        value.more = 1
      })
    expect(read).toThrow('stored: format: 3 is unknown; push the app again')
    expect(read).toThrow('stored: more: unknown key; push the app again')
  })
})
