import { describe, expect, it } from '@jest/globals'
import { aloneApp } from '../../../core/deploy/alone.ts'
import { type App, parsedApp } from '../../../core/template/parsed-app.ts'
import { sampleApp } from '../../apps/apps.ts'

/** A shop with topics in a cluster, or with a file of resources. */
const shop = (services: string, cluster?: string, file?: string): App => {
  const text = `requires: [platform]\n${file ? `resources: ${file}\n` : ''}services:\n${services}`
  const Resources = { Orders: { Type: 'AWS::SQS::Queue' } }
  const app = parsedApp(sampleApp('shop', text, file ? { [file]: JSON.stringify({ Resources }) } : {}))
  if (!cluster) return app
  const { bundle } = app
  const kafka = { cluster, topics: { a: { partitions: 1, config: {} } } }
  return parsedApp({ ...bundle, manifest: { ...bundle.manifest, kafka } } as never)
}
const both = '  web: {port: 2080}\n  db: {port: 2090}\n'

describe('an app of which one service is deployed', () => {
  it.each<[string | undefined, string | undefined, string | undefined]>([
    ['new.yml', 'old.yml', 'new.yml'],
    [undefined, 'old.yml', 'old.yml'],
    ['new.yml', undefined, 'new.yml'],
    [undefined, undefined, undefined],
  ])('has the file of resources of what was pushed, %s, or of what runs, %s: %s', (young, old, file) => {
    const running = shop(both, undefined, old)
    const { app } = aloneApp(shop(both, undefined, young), running, ['web'])
    expect(app.bundle.manifest.resources).toBe(file)
    expect(app.bundle.resources).toStrictEqual(running.bundle.resources)
    expect('resources' in app.bundle.manifest).toBe(file !== undefined)
  })

  it('takes along the only resource that it uses, although none runs', () => {
    const pushed = shop(
      '  web: {port: 2080, env: {Q: {Ref: Orders}}}\n  db: {port: 2090}\n',
      undefined,
      'new.yml',
    )
    const { app } = aloneApp(pushed, shop(both), ['web'])
    expect(app.bundle.resources).toEqual(pushed.bundle.resources)
  })

  it('keeps the topics that run if the service uses none, even if the push moves them', () => {
    const { app } = aloneApp(shop(both, 'Others'), shop(both, 'Events'), ['web'])
    expect(app.bundle.manifest.kafka?.cluster).toBe('Events')
  })
})
