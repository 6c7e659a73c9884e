import { describe, expect, it } from '@jest/globals'
import {
  secretPlaces,
  settingName,
  settingParameter,
  valueProblem,
  variableProblem,
} from '../../../core/base/settings.ts'
import { readersOf, unsetProblems, unsetSecrets, wantedSecrets } from '../../../core/deploy/app-secrets.ts'
import { variableNotes, withVariables } from '../../../core/deploy/app-variables.ts'
import { missingSecrets, refuseMissing, settledApp } from '../../../core/deploy/plan-settings.ts'
import { parseApp, parsedApp } from '../../../core/template/parsed-app.ts'
import { sampleApp } from '../../apps/apps.ts'

const shop = parsedApp(
  sampleApp(
    'shop',
    `services:
  web:
    env: {LEVEL: info, TABLE: {Ref: Stage}}
    secrets: [A, B]
  job:
    secrets: {A: own, C: /shared/c}
`,
  ),
)
const { manifest } = shop.bundle

describe('the parameters of settings', () => {
  it.each([
    [{ name: 'KEY' }, '/nanofleet-app-secrets/dev/shop/KEY'],
    [{ service: 'web', name: 'KEY' }, '/nanofleet-app-secrets/dev/shop/web/KEY'],
  ])('have a name that says what they are of: %j', (setting, parameter) => {
    expect(settingParameter('secrets', 'dev', 'shop', setting)).toBe(parameter)
    expect(settingName('secrets', 'dev', 'shop', parameter)).toEqual(setting)
    expect(settingName('env', 'dev', 'shop', parameter)).toBeUndefined()
    expect(settingName('secrets', 'dev', 'sho', parameter)).toBeUndefined()
  })

  it('are not taken for ours if somebody else put them there', () => {
    expect(settingName('env', 'dev', 'shop', '/nanofleet-app-env/dev/shop/web/more/KEY')).toBeUndefined()
  })

  it('are looked for at the service first, then at the app', () => {
    const place = { stage: 'dev', app: 'shop', service: 'web' }
    expect(secretPlaces(place, 'A', 'own')).toEqual([
      '/nanofleet-app-secrets/dev/shop/web/A',
      '/nanofleet-app-secrets/dev/shop/A',
    ])
    expect(secretPlaces(place, 'C', '/shared/c')).toEqual(['/shared/c'])
  })
})

describe('a value', () => {
  it.each([
    ['', 'the value is empty'],
    ['x'.repeat(8193), 'the value has 8193 bytes, Parameter Store takes 8192'],
    ['é'.repeat(4097), 'the value has 8194 bytes'],
    ['a {{b}} c', 'the value has {{ and }}'],
    ['x'.repeat(8192), undefined],
    ['{{ a', undefined],
    ['line\nline', undefined],
  ])('of a secret is refused without being shown (%#)', (value, problem) => {
    const wrong = valueProblem(value)
    if (problem === undefined) expect(wrong).toBeUndefined()
    else expect(wrong?.problem).toContain(problem)
    if (value.length > 3) expect(JSON.stringify(wrong ?? '')).not.toContain(value)
  })

  it.each([
    ['PORT', '1', 'PORT is reserved'],
    ['HOST', '1', 'HOST is reserved'],
    ['NANOFLEET_X', '1', 'NANOFLEET_X is reserved'],
    ['AWS_REGION', '1', 'AWS_REGION is reserved'],
    ['1A', '1', '"1A" is not an environment name'],
    ['A-B', '1', '"A-B" is not an environment name'],
    ['A', '', 'the value is empty'],
    ['A', 'a\nb', 'A holds a line break'],
    ['PORTS', '1', undefined],
    ['aws_region', '1', undefined],
  ])('of the variable %s as %j', (name, value, problem) => {
    const wrong = variableProblem(name, value)
    if (problem === undefined) expect(wrong).toBeUndefined()
    else expect(wrong?.problem).toContain(problem)
  })
})

describe('secrets', () => {
  const app = { name: 'A' }
  const own = { service: 'web', name: 'A' }

  it('of ours are those that no parameter is named for', () => {
    expect(wantedSecrets(manifest)).toEqual([
      { service: 'web', name: 'A' },
      { service: 'web', name: 'B' },
      { service: 'job', name: 'A' },
    ])
  })

  it.each([
    ['nothing is set', [], ['web A', 'web B', 'job A']],
    ["the app's is set", [app], ['web B']],
    ["a service's own is set", [own], ['web B', 'job A']],
    ['that of another service is set', [{ service: 'other', name: 'A' }], ['web A', 'web B', 'job A']],
  ])('are missed where %s', (_case, kept, missed) => {
    expect(unsetSecrets(manifest, kept).map(({ service, name }) => `${service} ${name}`)).toEqual(missed)
  })

  it("of a service are read by it, the app's by the others", () => {
    const kept = [app, own]
    expect([readersOf(app, manifest, kept), readersOf(own, manifest, kept)]).toEqual([['job'], ['web']])
    expect(readersOf({ name: 'B' }, manifest, kept)).toEqual([])
  })

  it('that are missed are named once, with who reads them and the command', () => {
    expect(unsetProblems('dev', 'shop', unsetSecrets(manifest, [])).map(({ message }) => message)).toEqual([
      'shop: the secret A of web, job is not set on stage dev; set it with "nanofleet --stage dev secrets set shop A"',
      'shop: the secret B of web is not set on stage dev; set it with "nanofleet --stage dev secrets set shop B"',
    ])
  })

  it('stop a deployment and are told in a dry run, but not on the way back', async () => {
    const ports = { variables: async () => [], secrets: async () => [app] }
    const missing = (purpose: 'deploy' | 'dry-run' | 'undo') =>
      missingSecrets(ports, shop, { stage: 'local', purpose, services: [] })
    expect(await missing('undo')).toEqual([])
    expect(await missing('dry-run')).toEqual(await missing('deploy'))
    const found = await missing('deploy')
    expect(() => refuseMissing(found)).toThrow('set it with "nanofleet secrets set shop B"')
    expect(() => refuseMissing([])).not.toThrow()
  })
})

describe('variables that are set on a stage', () => {
  const set = [
    { name: 'LEVEL', value: 'warn' },
    { service: 'web', name: 'LEVEL', value: 'debug' },
    { service: 'web', name: 'TABLE', value: 'mine' },
    { service: 'gone', name: 'X', value: '1' },
  ]
  const envOf = (app: typeof shop) =>
    Object.fromEntries(Object.entries(app.bundle.manifest.services).map(([name, { env }]) => [name, env]))

  it("count more than the manifest's, and a service's more than the app's", () => {
    expect(envOf(withVariables(shop, set))).toEqual({
      web: { LEVEL: 'debug', TABLE: 'mine' },
      job: { LEVEL: 'warn' },
    })
    expect(envOf(shop).web).toEqual({ LEVEL: 'info', TABLE: { Ref: 'Stage' } })
  })

  it('make a bundle of their own that is read like one that was pushed', () => {
    const { digest, bundle } = withVariables(shop, set)
    expect(digest).not.toBe(shop.digest)
    const value = JSON.parse(JSON.stringify(bundle))
    expect(parseApp({ app: 'shop', digest, value, place: 's3' }).bundle).toEqual(bundle)
  })

  it.each([
    ['nothing is set', []],
    ['only what the manifest says', [{ service: 'web', name: 'LEVEL', value: 'info' }]],
    ['what no service has', [{ service: 'gone', name: 'X', value: '1' }]],
  ])('leave the app as it was pushed if %s', (_case, none) => {
    expect(withVariables(shop, none)).toBe(shop)
  })

  it.each([
    [
      { name: 'A', value: '1' },
      'shop with its variables of "nanofleet env": services.web.secrets.A: is in env too',
    ],
    [{ service: 'web', name: 'BIG', value: 'x'.repeat(16_384) }, 'bytes of user data, EC2 takes 16384'],
  ])('are refused where a service cannot have them (%#)', (one, sentence) => {
    expect(() => withVariables(shop, [one])).toThrow(sentence)
  })

  it('are told in the plan, what they replace and what they are not for', () => {
    expect(variableNotes(manifest, set)).toEqual([
      'web: LEVEL is "debug" as set by env, not "info"',
      'web: TABLE is "mine" as set by env, not {"Ref":"Stage"}',
      'job: LEVEL is "warn" as set by env',
      'X is set by env for gone, which the app does not have',
    ])
  })

  it('are not asked for when a release comes back: it has its own', async () => {
    const ports = { variables: async () => set, secrets: async () => [] }
    expect(await settledApp(ports, shop, { release: 3, services: [] })).toEqual({ app: shop, notes: [] })
    const settled = await settledApp(ports, shop, { release: 0, services: [] })
    expect(envOf(settled.app).job).toEqual({ LEVEL: 'warn' })
    expect(settled.notes).toHaveLength(4)
  })
})
