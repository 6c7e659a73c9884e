import { beforeEach, describe, expect, it } from '@jest/globals'
import type { AppBundle } from '../../../core/base/bundle.ts'
import { aloneApp } from '../../../core/deploy/alone.ts'
import { deployOrder } from '../../../core/deploy/deploy-order.ts'
import { type DeployPlan, hasChanges } from '../../../core/deploy/deploy-plan.ts'
import { makePlan } from '../../../core/deploy/make-plan.ts'
import { type PlanPorts, planFacts } from '../../../core/deploy/plan-facts.ts'
import { missingSecrets, only, settledApp } from '../../../core/deploy/plan-settings.ts'
import { releaseOf } from '../../../core/deploy/release-of.ts'
import { lookAtRequiredApps } from '../../../core/deploy/required-apps.ts'
import { type App, parsedApp } from '../../../core/template/parsed-app.ts'
import { repositoryApps, sampleApp } from '../../apps/apps.ts'
import { MemoryExecutions, MemoryLockTable } from '../../support/memory-locks.ts'
import { MemoryReleaseBook } from '../../support/memory-releases.ts'
import { MemoryStacks } from '../../support/memory-stacks.ts'
import { stage } from '../../support/stage.ts'

const platforms = (await repositoryApps()).filter(({ manifest }) => manifest.app === 'platform')
const platform = parsedApp(platforms[0] as AppBundle)

const shop = (services: string): App =>
  parsedApp(sampleApp('shop', `requires: [platform]\nservices:\n${services}`))
const running = shop(
  '  web: {port: 2080, needs: [db]}\n  db: {port: 2090, stateful: true}\n  mail: {port: 2070}\n',
)
const pushed = shop(
  '  web: {port: 2081, needs: [db], stateful: true}\n  db: {port: 2091, stateful: true}\n  mail: {port: 2070}\n',
)
const grown = shop(
  '  web: {port: 2080, needs: [db, bill]}\n  db: {port: 2090, stateful: true}\n  mail: {port: 2070}\n  bill: {port: 2001}\n',
)

describe('a plan for some services', () => {
  let releases: MemoryReleaseBook
  let locks: MemoryLockTable
  let apps: Map<string, App>
  let last: App
  let stacks: MemoryStacks
  let ports: PlanPorts
  const read = async (name: string, digest = '') =>
    name === 'platform' ? platform : (apps.get(digest) ?? last)

  beforeEach(async () => {
    locks = new MemoryLockTable()
    releases = new MemoryReleaseBook(locks)
    stacks = new MemoryStacks()
    apps = new Map()
    last = pushed
    ports = {
      stage,
      stacks,
      releases,
      app: read,
      brokers: async () => '',
      wanted: async (name, digest, mix = (app: App) => app) => {
        const app = mix(await read(name, digest))
        apps.set(app.digest, app)
        return app
      },
      images: async ({ services }) =>
        new Map(
          Object.keys(services).map((name) => [
            name,
            { hash: 'new', imageId: `ami-new-${name}`, builtAt: '' },
          ]),
        ),
    }
    apps.set(running.digest, running)
    await locks.take('shop', 'run', undefined, new Date())
  })

  /** The release of what runs, with the images of then. */
  const stand = async (): Promise<void> => {
    const image = { hash: 'old', count: 1, definition: '' }
    const services = Object.fromEntries(
      Object.keys(running.bundle.services).map((name) => [name, { ...image, imageId: `ami-${name}` }]),
    )
    const release = { release: 4, bundle: running.digest, services, at: '', execution: '' }
    await releases.record('shop', release, 'run')
    for (const service of Object.keys(services)) standing(service)
  }
  const standing = (service: string): void => {
    const tags = { 'nanofleet:stage': stage.name, 'nanofleet:app': 'shop', 'nanofleet:service': service }
    const template = '{"Resources": {}}'
    stacks.stand(
      { name: `nanofleet-${stage.name}-shop-${service}`, template, parameters: {}, tags },
      'CREATE_COMPLETE',
    )
  }
  const plan = async (services: string[], release = 0): Promise<DeployPlan> =>
    makePlan(await planFacts(ports, 'shop', release, undefined, services))
  const orderOf = (made: DeployPlan, purpose: 'deploy' | 'undo' = 'deploy') => {
    const { services, waves, removed } = deployOrder({ execution: 'x', purpose }, made)
    const names = (runs: { target: { service: string } }[]) => runs.map(({ target }) => target.service)
    return { services, waves: waves.map(names), removed: names(removed) }
  }

  it('brings up these, leaves the stacks and images of all others, and says what is left out', async () => {
    await stand()
    const made = await plan(['web'])
    expect(made).toMatchObject({ release: 5, previous: 4, only: ['web'] })
    expect(orderOf(made)).toEqual({ services: ['web'], waves: [['web']], removed: [] })
    expect(made.services.web).toMatchObject({
      imageId: 'ami-new-web',
      hash: 'new',
      change: { action: 'update' },
    })
    const stays = { action: 'unchanged', reasons: ['stays as in release 4'] }
    expect(made.services.db).toMatchObject({ imageId: 'ami-db', hash: 'old', change: stays })
    expect(made.services.mail).toMatchObject({ imageId: 'ami-mail', hash: 'old', change: stays })
    // Of the service that keeps state and stays, nothing is told.
    expect(made.notes).toEqual([
      'web keeps state: it is away while each of its instances is replaced',
      'left out of what was pushed, until the whole app is deployed: db (was changed)',
    ])
    const { bundle } = await read('shop', made.bundle)
    expect(Object.keys(releaseOf(made, bundle, 'x', new Date()).services).sort()).toEqual([
      'db',
      'mail',
      'web',
    ])
  })

  it('is for all again, with what was left out, when it names none', async () => {
    await stand()
    const made = await plan([])
    expect(made.only).toBeUndefined()
    expect(orderOf(made).services.sort()).toEqual(['db', 'mail', 'web'])
    expect(made.services.db).toMatchObject({ imageId: 'ami-new-db', change: { action: 'update' } })
    expect(made.notes).toHaveLength(2)
  })

  it('keeps the number of the release when these are as they run', async () => {
    await stand()
    ports.images = async () => new Map([['mail', { hash: 'old', imageId: 'ami-mail', builtAt: '' }]])
    const made = await plan(['mail'])
    expect(made).toMatchObject({ release: 4, bundle: running.digest })
    expect(hasChanges({ ...made, stack: { action: 'unchanged', reasons: [] } })).toBe(true)
    expect(made.services.db?.change.action).toBe('unchanged')
  })

  it('is the first one of the app with only these', async () => {
    const made = await plan(['db'])
    expect(made).toMatchObject({ release: 1, previous: 0, only: ['db'] })
    expect(Object.keys(made.services)).toEqual(['db'])
    expect(made.services.db?.change).toEqual({ action: 'create', reasons: ['it does not exist'] })
    expect(made.notes).toEqual([
      'left out of what was pushed, until the whole app is deployed: mail (is new), web (is new)',
    ])
  })

  it('goes back to what ran with these only, and removes one that is new', async () => {
    last = grown
    await stand()
    const there = await plan(['bill', 'web'])
    expect(orderOf(there)).toMatchObject({ services: ['web', 'bill'], waves: [['bill'], ['web']] })
    standing('bill')
    const back = await plan(['bill', 'web'], 4)
    expect(back).toMatchObject({ bundle: running.digest, only: ['web'], notes: [] })
    expect(orderOf(back, 'undo')).toEqual({ services: ['web'], waves: [['web']], removed: ['bill'] })
    expect(back.services.web?.imageId).toBe('ami-web')
    expect(back.services.db?.change).toEqual({ action: 'unchanged', reasons: ['stays as in release 4'] })
  })

  it('is refused before anything is built if these do not fit what runs', async () => {
    last = grown
    await stand()
    const look = (services?: string[]) =>
      lookAtRequiredApps(
        { bundles: { read }, locks, releases, executions: new MemoryExecutions('run') },
        'shop',
        undefined,
        services,
      )
    await expect(look(['web'])).rejects.toThrow('web needs bill, which is not deployed')
    expect(await look(['web', 'bill'])).toEqual({ action: 'deploy', app: 'platform' })
    expect(await look()).toEqual({ action: 'deploy', app: 'platform' })
  })

  it('asks only for the secrets and variables of these', async () => {
    const app = shop('  web: {secrets: {A: own}}\n  db: {secrets: {B: own}}\n')
    const set = [
      { name: 'ALL', value: '1' },
      { service: 'db', name: 'OWN', value: '2' },
      { service: 'web', name: 'OWN', value: '3' },
    ]
    const settings = { variables: async () => set, secrets: async () => [] }
    const ask = (services: string[]) => ({ stage: 'local', purpose: 'deploy' as const, services })
    expect((await missingSecrets(settings, app, ask(['web']))).map(({ message }) => message)).toEqual([
      'shop: the secret A of web is not set on stage local; set it with "nanofleet secrets set shop A"',
    ])
    expect(await missingSecrets(settings, app, ask([]))).toHaveLength(2)
    expect(await missingSecrets(settings, pushed, ask(['web']))).toEqual([])
    expect((await settledApp(settings, app, { release: 0, services: ['web'] })).notes).toEqual([
      'web: ALL is "1" as set by env',
      'web: OWN is "3" as set by env',
    ])
    expect(Object.keys(only(app.bundle.manifest, []).services)).toEqual(['web', 'db'])
  })
})

describe('the topics of an app of which some services are deployed', () => {
  const topic = (partitions: number) => ({ partitions, config: {} })
  const uses = (cluster: string, partitions: number, web: string[], db: string[]): App => {
    const app = shop('  web: {port: 2080}\n  db: {port: 2090}\n')
    const { manifest } = app.bundle
    const { web: one, db: other } = manifest.services
    if (one && web.length > 0) one.kafka = { read: [], write: web }
    if (other) other.kafka = { read: db, write: [] }
    const kafka = { cluster, topics: { a: topic(partitions), b: topic(partitions), c: topic(partitions) } }
    const Resources = {
      [cluster]: { Type: 'AWS::MSK::Cluster', Properties: { NumberOfBrokerNodes: partitions } },
    }
    return parsedApp({ ...app.bundle, manifest: { ...manifest, kafka }, resources: { Resources } })
  }
  const before = uses('Events', 1, ['a'], ['b'])
  const mixture = (pushed: App, chosen: string[], runs: App | undefined = before) =>
    aloneApp(pushed, runs, chosen).app.bundle

  it('are as pushed where these use them, with their cluster', () => {
    const { manifest, resources } = mixture(uses('Events', 3, ['a', 'c'], ['b']), ['web'])
    expect(manifest.kafka).toEqual({ cluster: 'Events', topics: { a: topic(3), b: topic(1), c: topic(3) } })
    expect(resources).toEqual(uses('Events', 3, [], []).bundle.resources)
  })

  it('stay with a service that uses none, and all come with the first release', () => {
    const pushed = uses('Events', 3, [], ['b'])
    const { manifest, resources } = mixture(pushed, ['web'])
    expect([manifest.kafka, resources]).toEqual([before.bundle.manifest.kafka, before.bundle.resources])
    expect(aloneApp(pushed, undefined, ['web']).app.bundle.manifest.kafka).toEqual(
      pushed.bundle.manifest.kafka,
    )
  })

  it('come with the first service that uses some, and do not move to another cluster', () => {
    const none = shop('  web: {port: 2080}\n  db: {port: 2090}\n')
    const pushed = uses('Events', 1, ['a'], ['b'])
    expect(mixture(pushed, ['web'], none).manifest.kafka).toEqual({
      cluster: 'Events',
      topics: { a: topic(1) },
    })
    expect(() => mixture(uses('Others', 1, ['a'], ['b']), ['web'])).toThrow(
      "the app's topics move from the cluster Events to Others; leave services out to deploy the whole app",
    )
  })
})
