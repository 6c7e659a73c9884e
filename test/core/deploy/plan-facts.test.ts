import { beforeEach, describe, expect, it } from '@jest/globals'
import type { AppBundle } from '../../../core/base/bundle.ts'
import { InvalidInput } from '../../../core/base/errors.ts'
import { PLATFORM } from '../../../core/base/names.ts'
import type { DeployPlan } from '../../../core/deploy/deploy-plan.ts'
import { makePlan } from '../../../core/deploy/make-plan.ts'
import { type PlanPorts, planFacts } from '../../../core/deploy/plan-facts.ts'
import { parsedApp } from '../../../core/template/parsed-app.ts'
import { repositoryApps, sampleApp } from '../../apps/apps.ts'
import { MemoryLockTable } from '../../support/memory-locks.ts'
import { MemoryReleaseBook } from '../../support/memory-releases.ts'
import { MemoryStacks } from '../../support/memory-stacks.ts'
import { stage } from '../../support/stage.ts'
import { standPlatform } from './standing-platform.ts'

const OWNER = 'execution'
const [platform] = (await repositoryApps()).filter(({ manifest }) => manifest.app === PLATFORM) as [AppBundle]

/** An app of one service at a host, below a path, behind a listener port. */
const app = (name: string, expose: { host: string; port: number; path?: string }): AppBundle =>
  sampleApp(name, `services:\n  front: {port: 8080, expose: ${JSON.stringify(expose)}}\n`)

describe('the plan of what was pushed, beside what is deployed', () => {
  let releases: MemoryReleaseBook
  let locks: MemoryLockTable
  let bundles: Map<string, AppBundle> // by app and digest; the last pushed one has no digest
  let ports: PlanPorts
  let stacks: MemoryStacks

  beforeEach(() => {
    locks = new MemoryLockTable()
    releases = new MemoryReleaseBook(locks)
    bundles = new Map()
    stacks = new MemoryStacks()
    const app: PlanPorts['app'] = async (name, digest = 'last') =>
      parsedApp(bundles.get(`${name} ${digest}`) as AppBundle)
    ports = {
      stage,
      stacks,
      releases,
      app,
      wanted: app,
      images: async ({ services }) =>
        new Map(Object.keys(services).map((name) => [name, { hash: 'h', imageId: 'ami-0', builtAt: '' }])),
      brokers: async () => '10.0.0.11:9094',
    }
    push(platform)
  })

  const plan = async (name: string, release: number): Promise<DeployPlan> =>
    makePlan(await planFacts(ports, name, release))

  const push = (bundle: AppBundle, digest = 'last') => bundles.set(`${bundle.manifest.app} ${digest}`, bundle)
  const deploy = async (bundle: AppBundle, release = 1): Promise<void> => {
    const name = bundle.manifest.app
    push(bundle, `d${release}`)
    await locks.take(name, OWNER, undefined, new Date())
    const services = { front: { hash: 'h', imageId: `ami-${release}`, count: 1, definition: '' } }
    await releases.record(
      name,
      { release, bundle: `d${release}`, services, at: '2026-01-01T00:00:00.000Z', execution: OWNER },
      OWNER,
    )
  }

  const standWithout = (id?: string): void => standPlatform(stacks, parsedApp(platform), id)

  it('says what changes against what stands, of the platform, the app and its services', async () => {
    const bundle = app('blog', { host: 'blog', port: 8102 })
    push(bundle)
    const view = (name: string, service?: string, Outputs: Record<string, string> = {}) => {
      const template = {
        Resources: {},
        Outputs: Object.fromEntries(Object.entries(Outputs).map(([key, Value]) => [key, { Value }])),
      }
      const tags = {
        'nanofleet:stage': 'dev',
        'nanofleet:app': 'blog',
        ...(service && { 'nanofleet:service': service }),
      }
      stacks.stand(
        { name: `nanofleet-dev-${name}`, template: JSON.stringify(template), parameters: {}, tags },
        'CREATE_COMPLETE',
      )
    }
    const changes = async () => {
      const { stack, services } = await plan('blog', 0)
      return { app: stack, services: { front: services.front?.change } }
    }
    const create = { action: 'create', reasons: ['it does not exist'] }
    const later = { action: 'update', reasons: ['it takes a value that another stack gives first'] }
    expect(await changes()).toEqual({ app: create, services: { front: create } })
    expect(Object.keys((await planFacts(ports, 'blog', 0)).stacks.services)).toEqual([])
    view('blog')
    view('blog-front', 'front')
    expect(await changes()).toEqual({ app: later, services: { front: later } })
    standWithout()
    Object.assign(stacks.views.get('nanofleet-dev-platform') ?? {}, {
      outputs: { LoadBalancerGroup: 'sg-1', LoadBalancerArn: 'arn' },
    })
    view('blog', undefined, { FrontGroup: 'sg-2' })
    const { app: own, services } = await changes()
    expect(own.reasons).toContain('FrontSecurityGroup is new')
    expect(services.front?.reasons).toEqual(expect.arrayContaining(['FrontGroup: sg-2', 'ImageId: ami-0']))
    expect((await planFacts(ports, 'blog', 0)).standing).toEqual(['front'])
  })

  it('does not hide a mistake behind a value that is missing', async () => {
    const bundle = app('blog', { host: 'blog', port: 8102 })
    push({ ...bundle, manifest: { ...bundle.manifest, requires: ['platform'] } })
    const tags = { 'nanofleet:stage': 'dev', 'nanofleet:app': 'blog' }
    stacks.stand(
      { name: 'nanofleet-dev-blog', template: '{"Resources": null}', parameters: {}, tags },
      'CREATE_COMPLETE',
    )
    stacks.template = async () => '{"Resources": {"A": null}}'
    stacks.stand(
      {
        name: 'nanofleet-dev-platform',
        template: '{"Resources": {}, "Outputs": {"LoadBalancerGroup": {"Value": "sg"}}}',
        parameters: {},
        tags: { ...tags, 'nanofleet:app': 'platform' },
      },
      'CREATE_COMPLETE',
    )
    stacks.template = async () => '{}'
    await expect(plan('blog', 0)).rejects.toThrow(TypeError)
  })

  it('refuses a route that a deployed app has, with both places', async () => {
    await deploy(app('shop', { host: 'www', port: 8101 }))
    push(app('blog', { host: 'www', port: 8102 }))
    const facts = plan('blog', 0)
    await expect(facts).rejects.toThrow(InvalidInput)
    await expect(facts).rejects.toThrow(
      'images/blog/app.yml: services.front.expose.host: route www/ is taken by images/shop/app.yml: services.front.expose.host',
    )
  })

  it('refuses a listener port that a deployed app has', async () => {
    await deploy(app('shop', { host: 'shop', port: 8101 }))
    push(app('blog', { host: 'blog', port: 8101 }))
    await expect(plan('blog', 0)).rejects.toThrow('listener port 8101 is taken by')
  })

  it('refuses a Consul name that a deployed app has', async () => {
    const named = (name: string, port: number): AppBundle => {
      const bundle = app(name, { host: name, port })
      return {
        ...bundle,
        services: { front: { ...bundle.services.front, definition: '{"name": "db"}' } },
      } as AppBundle
    }
    await deploy(named('shop', 8101))
    push(named('blog', 8102))
    const facts = plan('blog', 0)
    await expect(facts).rejects.toThrow(
      new InvalidInput(
        'images/blog/front/consul.json',
        'the Consul name db is taken by images/shop/front/consul.json',
        'choose another name',
      ),
    )
    await releases.forget('shop')
    expect((await plan('blog', 0)).app).toBe('blog')
  })

  it('refuses an app whose template is too large for a stack, before anything is changed', async () => {
    const bundle = app('blog', { host: 'blog', port: 8102 })
    const Resources = Object.fromEntries(
      Array.from({ length: 500 }, (_, index) => [`Topic${index}`, { Type: 'AWS::SNS::Topic' }]),
    )
    push({ ...bundle, resources: { Resources } })
    await expect(plan('blog', 0)).rejects.toThrow(/its template has 5\d\d resources/)
  })

  it('refuses an earlier release whose route another app has taken since', async () => {
    await deploy(app('blog', { host: 'www', port: 8102 }), 1)
    await deploy(app('blog', { host: 'blog', port: 8102 }), 2)
    await deploy(app('shop', { host: 'www', port: 8101 }))
    push(app('blog', { host: 'blog', port: 8102 }))
    await expect(plan('blog', 1)).rejects.toThrow('route www/ is taken by')
    expect(await planFacts(ports, 'blog', 2)).toMatchObject({ kept: { release: 2 }, images: new Map() })
    expect((await plan('blog', 2)).services.front?.imageId).toBe('ami-2')
  })

  it('counts the routes of a deployed app as it runs, not as it was pushed since', async () => {
    await deploy(app('shop', { host: 'shop', port: 8101 }))
    push(app('shop', { host: 'www', port: 8101 }))
    push(app('blog', { host: 'www', port: 8102 }))
    expect((await plan('blog', 0)).app).toBe('blog')
  })

  it('lets an app keep its own route, and take that of one that is not deployed', async () => {
    await deploy(app('blog', { host: 'www', port: 8102 }))
    push(app('blog', { host: 'www', port: 8102 }))
    push(app('shop', { host: 'www', port: 8101 }))
    expect((await plan('blog', 0)).previous).toBe(1)
    await releases.forget('blog')
    expect((await plan('shop', 0)).app).toBe('shop')
  })

  describe('with the platform that stands', () => {
    const APP = 'network of blog: nanofleet-dev-blog-front'

    it.each([
      [
        'NatGateway',
        `${APP} -> AWS APIs: no NAT gateway is on the default route of nanofleet-dev/PrivateSubnetA`,
      ],
      [
        'StorageEndpoint',
        `${APP} -> s3: no gateway endpoint of s3 is on the route table of nanofleet-dev/PrivateSubnetA`,
      ],
    ])('is refused without its %s, whatever was pushed of it since', async (id, sentence) => {
      push(app('blog', { host: 'blog', port: 8102 }))
      standWithout(id)
      const calls = [...stacks.calls]
      await expect(plan('blog', 0)).rejects.toThrow(InvalidInput)
      await expect(plan('blog', 0)).rejects.toThrow(`${sentence}; deploy platform again, then this`)
      expect(stacks.calls).toEqual(calls)
    })

    it('is refused for an earlier release, too', async () => {
      for (const release of [1, 2]) await deploy(app('blog', { host: 'blog', port: 8101 + release }), release)
      standWithout('NatGateway')
      await expect(plan('blog', 1)).rejects.toThrow('no NAT gateway is on the default route')
    })

    it('is repaired by a deployment of the platform, which is held against the deployed apps', async () => {
      await deploy(app('blog', { host: 'blog', port: 8102 }))
      standWithout('NatGateway')
      expect((await plan('platform', 0)).stack.reasons).toContain('NatGateway is new')
      expect((await planFacts(ports, 'platform', 0)).platform).toBeUndefined()
      const { ResolverListener: _gone, ...Resources } = Object(platform.resources).Resources
      push({ ...platform, resources: { ...Object(platform.resources), Resources } })
      await expect(plan('platform', 0)).rejects.toThrow('nanofleet-dev-blog-front -> names at')
    })

    it('goes on while it gives every path, and counts only services whose stack works', async () => {
      push(app('blog', { host: 'blog', port: 8102 }))
      standWithout()
      expect((await plan('blog', 0)).app).toBe('blog')
      const names = async () => Object.keys((await planFacts(ports, 'blog', 0)).platform?.services ?? {})
      expect(await names()).toEqual(['consul'])
      Object.assign(stacks.views.get('nanofleet-dev-platform-consul') ?? {}, { status: 'ROLLBACK_COMPLETE' })
      expect(await names()).toEqual([])
    })
  })
})
