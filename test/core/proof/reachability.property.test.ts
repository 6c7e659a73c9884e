import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { AppBundle } from '../../../core/base/bundle.ts'
import { canonicalJson } from '../../../core/base/canonical.ts'
import { PLATFORM } from '../../../core/base/names.ts'
import { appTemplates } from '../../../core/template/app-templates.ts'
import { parsedApp } from '../../../core/template/parsed-app.ts'
import { SAMPLE_STAGES } from '../../../scripts/sample-stages.ts'
import { repositoryApps, sampleApp } from '../../apps/apps.ts'
import { compile, missing } from './compiled-network.ts'

const port = fc.integer({ min: 1024, max: 60_000 })
const probe = fc.oneof(
  port.map((number) => ({ http: `http://HEALTHROUTE:${number}/` })),
  port.map((number) => ({ grpc: `HEALTHROUTE:${number}/x` })),
  port.map((number) => ({ udp: `HEALTHROUTE:${number}` })),
)
const service = fc.record({
  port: fc.option(port, { nil: undefined }),
  exposed: fc.boolean(),
  needs: fc.array(fc.nat({ max: 9 }), { maxLength: 3 }),
  probes: fc.array(probe, { maxLength: 3 }),
})

/** Apps whose services need earlier ones, listen or not, are exposed or not, and are checked in any way. */
const anyApp = fc.array(service, { minLength: 1, maxLength: 6 }).map((services): AppBundle => {
  const lines = services.map(({ port: number, exposed, needs }, index) => {
    const earlier = index === 0 ? [] : [...new Set(needs.map((need) => `s${need % index}`))]
    const spec = {
      ...(number !== undefined && { port: number }),
      ...(number !== undefined && exposed && { expose: { port: 20_000 + index } }),
      needs: earlier,
    }
    return `  s${index}: ${JSON.stringify(spec)}\n`
  })
  const definitions = services.map(({ probes }, index) => [
    `s${index}/consul.json`,
    JSON.stringify({ name: `s${index}`, checks: probes.map((check) => ({ interval: '1s', ...check })) }),
  ])
  return sampleApp('any', `services:\n${lines.join('')}`, Object.fromEntries(definitions))
})

const [stage] = SAMPLE_STAGES.filter(({ name }) => name === 'local')
if (!stage) throw new Error('no stage')

describe('any app', () => {
  it('has every path that it requires', async () => {
    const platform = (await repositoryApps()).filter(({ manifest }) => manifest.app === PLATFORM)
    await fc.assert(
      fc.asyncProperty(anyApp, async (app) => {
        const apps = [...platform, app]
        expect(missing(compile(stage, apps), stage, apps)).toEqual([])
      }),
      { numRuns: 50 },
    )
  })

  it('compiles to the same templates every time', () => {
    const compiled = (bundle: AppBundle) => appTemplates(parsedApp(bundle), stage)
    fc.assert(
      fc.property(anyApp, (app) => {
        expect(canonicalJson(compiled(structuredClone(app)))).toBe(canonicalJson(compiled(app)))
      }),
    )
  })
})
