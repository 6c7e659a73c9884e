import { describe, expect, it } from '@jest/globals'
import { InvalidInput } from '../../../core/base/errors.ts'
import { aloneApp } from '../../../core/deploy/alone.ts'
import { refuseSharedReplacements } from '../../../core/deploy/shared-resources.ts'
import { type App, parsedApp } from '../../../core/template/parsed-app.ts'
import { sampleApp } from '../../apps/apps.ts'
import { memorySchemas } from '../../support/type-schemas.ts'

const table = (key = 'id', more: object = {}) => ({
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
    KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
    ...more,
  },
})
const queue = (more: object = {}) => ({ Type: 'AWS::SQS::Queue', Properties: more })

/** A shop whose services are lines of YAML. */
const shop = (services: Record<string, string>, Resources: Record<string, unknown> = {}): App =>
  shopOf(services, Object.keys(Resources).length > 0 ? { Resources } : undefined)
const shopOf = (services: Record<string, string>, resources?: Record<string, unknown>): App => {
  const lines = Object.entries(services).map(([name, spec]) => `  ${name}: {${spec}}\n`)
  const file = resources ? 'resources: resources.yml\n' : ''
  const files = resources ? { 'resources.yml': JSON.stringify(resources) } : {}
  return parsedApp(sampleApp('shop', `requires: [platform]\n${file}services:\n${lines.join('')}`, files))
}
const of = (app: App, service: string) => app.bundle.manifest.services[service]
const resourcesOf = (app: App): Record<string, unknown> => Object(app.bundle.resources.Resources)

const RUNS = { web: 'port: 2080, needs: [db]', db: 'port: 2090', mail: 'port: 2070' }
const running = shop(RUNS)

describe('an app of which some services are deployed', () => {
  it('has these as pushed and all others as they run, also those that left', () => {
    const pushed = shop({ web: 'port: 2081, needs: [db]', db: 'port: 2091', bill: 'port: 2001' })
    const { app, left } = aloneApp(pushed, running, ['web'])
    expect(of(app, 'web')).toEqual(of(pushed, 'web'))
    for (const service of ['db', 'mail']) expect(of(app, service)).toEqual(of(running, service))
    expect(Object.keys(app.bundle.services).sort()).toEqual(['db', 'mail', 'web'])
    expect(Object.keys(app.definitions).sort()).toEqual(['db', 'mail', 'web'])
    expect(left).toEqual(['bill (is new)', 'db (was changed)', 'mail (is removed)'])
  })

  it('is the app that was pushed if nothing else changed, and the one that runs if nothing did', () => {
    const pushed = shop({ ...RUNS, web: 'port: 2081, needs: [db]' })
    expect(aloneApp(pushed, running, ['web'])).toEqual({ app: pushed, left: [] })
    const old = { ...running, digest: 'as an older version wrote it' }
    expect(aloneApp(pushed, running, ['db'])).toEqual({ app: running, left: ['web (was changed)'] })
    expect(aloneApp(running, old, ['web']).app).toBe(old)
  })

  it('gets a service that was never deployed, and may begin with some', () => {
    const pushed = shop({ ...RUNS, bill: 'port: 2001, needs: [mail]' }, { Bills: table() })
    expect(Object.keys(aloneApp(pushed, running, ['bill']).app.bundle.services)).toContain('bill')
    const first = aloneApp(pushed, undefined, ['web', 'db'])
    expect(Object.keys(first.app.bundle.manifest.services).sort()).toEqual(['db', 'web'])
    // Nothing runs that they could change.
    expect(resourcesOf(first.app)).toEqual(resourcesOf(pushed))
    expect(first.left).toEqual(['bill (is new)', 'mail (is new)'])
  })

  it('takes requirements and published images as pushed, of what it has', () => {
    const pushed = shop({ web: 'stateful: false, needs: []', bill: 'stateful: false' })
    const digests = { web: 'sha256:1', bill: 'sha256:2' }
    const upstream = { registry: 'a.example/b', version: 'v1', digests }
    pushed.bundle.manifest = { ...pushed.bundle.manifest, upstream, requires: ['platform', 'bank'] }
    for (const spec of Object.values(pushed.bundle.manifest.services)) spec.source = 'apps/shop'
    const { manifest } = aloneApp(pushed, running, ['web']).app.bundle
    expect(manifest.upstream?.digests).toEqual({ web: 'sha256:1' })
    expect(manifest.requires).toEqual(['platform', 'bank'])
    expect(aloneApp(running, { ...pushed }, ['mail']).app.bundle.manifest.requires).toEqual([
      'platform',
      'bank',
    ])
  })

  it.each<[string, App, string[], string]>([
    [
      'does not exist',
      running,
      ['wep'],
      'the app shop, as it was pushed, has no service "wep"; did you mean "web"?',
    ],
    ['was removed', shop({ web: '', db: '' }), ['mail'], 'has no service "mail"; known are db, web'],
    [
      'needs what is not deployed',
      shop({ ...RUNS, web: 'needs: [bill]', bill: 'port: 2001' }),
      ['web'],
      'input of deploy: services: web needs bill, which is not deployed; name bill too, or leave services out',
    ],
    [
      'needs a port that is not deployed',
      shop({ ...RUNS, web: 'needs: ["db:admin"]', db: 'port: 2090, ports: {admin: 2092}' }),
      ['web'],
      'web needs db:admin, which db does not have as it runs; name db too',
    ],
    [
      'loses a route to one that runs',
      shop({ web: 'port: 2080', mail: 'port: 2070, expose: {host: a, port: 8101}' }),
      ['mail'],
      'shop as it runs, with mail as pushed: services.mail.expose.port: listener port 8101 is taken by services.web',
    ],
    [
      'closes a circle with what runs',
      shop({ web: 'port: 2080', db: 'port: 2090, needs: [web]' }),
      ['db'],
      'the needs form a cycle',
    ],
  ])('is refused if one %s', (_case, pushed, chosen, sentence) => {
    const before = shop({ ...RUNS, web: 'port: 2080, needs: [db], expose: {host: b, port: 8101}' })
    expect(() => aloneApp(pushed, before, chosen)).toThrow(InvalidInput)
    expect(() => aloneApp(pushed, before, chosen)).toThrow(sentence)
  })
})

describe('the resources of an app of which some services are deployed', () => {
  const uses = (name: string) => `port: 2080, env: {T: {Ref: ${name}}}`
  const group = (service: string, of = 'Front') => ({
    Type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
    Metadata: { Nanofleet: { Service: service } },
    Properties: { Port: 80, Protocol: 'TCP', Tags: [{ Key: 'of', Value: { Ref: of } }] },
  })

  it('change with what these use, and what hangs together with it', () => {
    const policy = {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: { Queues: [{ Ref: 'Letters' }], PolicyDocument: { Statement: [] } },
    }
    const topic = { Type: 'AWS::SNS::Topic', DependsOn: ['Policy'] }
    const before = shop(
      { web: uses('Orders'), mail: uses('Letters') },
      { Orders: table(), Letters: queue(), Old: queue() },
    )
    const pushed = shop(
      { web: uses('Orders'), mail: uses('Letters') },
      {
        Orders: table('id', { TableClass: 'STANDARD' }),
        Letters: queue({ DelaySeconds: 1 }),
        Policy: policy,
        Topic: topic,
        Other: queue(),
      },
    )
    const { app, left } = aloneApp(pushed, before, ['mail'])
    expect(resourcesOf(app)).toEqual({
      Orders: table(),
      Letters: queue({ DelaySeconds: 1 }),
      Old: queue(),
      Policy: policy,
      Topic: topic,
    })
    expect(left).toEqual(['Old (is removed)', 'Orders (was changed)', 'Other (is new)'])
    expect(resourcesOf(aloneApp(pushed, before, ['web']).app)).toEqual({
      ...resourcesOf(before),
      Orders: table('id', { TableClass: 'STANDARD' }),
    })
  })

  it('take conditions, mappings and parameters with them, but not all that ask the same', () => {
    const sections = (seconds: number) => ({
      Parameters: { Wait: { Type: 'Number', Default: seconds } },
      Mappings: { By: { stage: { dev: seconds } } },
      Conditions: { Both: { 'Fn::And': [{ Condition: 'One' }] }, One: { 'Fn::Equals': [seconds, 1] } },
      Resources: {
        Orders: { ...table(), Condition: 'Both' },
        Letters: {
          ...queue({ DelaySeconds: { 'Fn::If': ['Both', seconds, { Ref: 'Wait' }] } }),
          Condition: 'Both',
        },
        Parcels: queue({
          DelaySeconds: { 'Fn::FindInMap': ['By', 'stage', { Ref: 'Stage' }] },
          MessageRetentionPeriod: seconds,
        }),
      },
      Outputs: { Letters: { Value: { Ref: 'Letters' }, Description: `${seconds}` } },
    })
    const made = (seconds: number): App =>
      shopOf({ web: uses('Parcels'), mail: uses('Letters') }, sections(seconds))
    const { app } = aloneApp(made(2), made(1), ['mail'])
    const [old, young] = [sections(1), sections(2)]
    expect(app.bundle.resources).toEqual({
      ...young,
      Mappings: old.Mappings,
      Resources: { ...old.Resources, Letters: young.Resources.Letters },
    })
    expect(Object(aloneApp(made(2), made(1), ['web']).app.bundle.resources).Mappings).toEqual(young.Mappings)
  })

  it('come with the target groups and the rules of these', () => {
    const rule = {
      Type: 'AWS::EC2::SecurityGroupIngress',
      Properties: { GroupId: { 'Fn::GetAtt': ['WebSecurityGroup', 'GroupId'] }, IpProtocol: 'tcp' },
    }
    const pushed = shop(
      { web: 'port: 2080', mail: 'port: 2070' },
      { Targets: group('web'), Front: queue(), Rule: rule },
    )
    expect(Object.keys(resourcesOf(aloneApp(pushed, running, ['web']).app)).sort()).toEqual([
      'Front',
      'Rule',
      'Targets',
    ])
    expect(resourcesOf(aloneApp(pushed, running, ['mail']).app)).toEqual({})
  })

  it.each([
    ['a target group', group('bill')],
    ['a rule', { ...queue({ A: { Ref: 'BillSecurityGroup' }, B: { Ref: 'Front' } }) }],
  ])('are refused with %s of a service that is not deployed', (_case, other) => {
    const pushed = shop({ web: uses('Front'), bill: 'port: 2080' }, { Other: other, Front: queue() })
    expect(() => aloneApp(pushed, running, ['web'])).toThrow(
      'the resource Other is made for bill, which is not deployed; name bill too, or leave services out',
    )
    expect(() => aloneApp(pushed, running, ['web', 'bill'])).not.toThrow()
  })

  describe('that others use too', () => {
    const before = shop({ web: uses('Orders'), mail: uses('Orders'), db: 'port: 2001' }, { Orders: table() })
    const shared = async (after: unknown, chosen: string[]) => {
      const pushed = shop({ web: uses('Orders'), mail: uses('Orders'), db: 'port: 2001' }, { Orders: after })
      const { app, left } = aloneApp(pushed, before, chosen)
      await refuseSharedReplacements(memorySchemas, {
        alone: { services: chosen, left },
        app,
        running: before,
      })
    }

    it.each([
      [
        'its key',
        table('other'),
        'Orders would be replaced (KeySchema), and mail uses it too; name mail too',
      ],
      ['its type', queue(), 'Orders would be replaced (Type), and mail uses it too; name mail too'],
    ])('are not replaced behind their backs, as by %s', async (_case, after, sentence) => {
      await expect(shared(after, ['web'])).rejects.toThrow(sentence)
    })

    it('may be changed in place, replaced with all who use them, and stay with those who do not', async () => {
      await shared(table('id', { TimeToLiveSpecification: { AttributeName: 'x', Enabled: true } }), ['web'])
      await shared(table('other'), ['web', 'mail'])
      await shared(table('other'), ['db'])
      const alone = { services: ['web'], left: [] }
      await refuseSharedReplacements(memorySchemas, { alone, app: before, running: undefined })
    })
  })
})
