import type { AppBundle } from '../../core/base/bundle.ts'
import type { Resource } from '../../core/base/cloudformation.ts'
import { InvalidInput } from '../../core/base/errors.ts'
import { applyPlannedStack } from '../../core/deploy/apply-planned-stack.ts'
import type { DeployOrder } from '../../core/deploy/deploy-order.ts'
import type { DeployPlan } from '../../core/deploy/deploy-plan.ts'
import { DataAtRisk } from '../../core/deploy/losses.ts'
import { checkStack, removeStack, type StackStep } from '../../core/template/bring-stack.ts'
import { holdsData } from '../../core/template/data-types.ts'
import { type App, parsedApp } from '../../core/template/parsed-app.ts'
import { handler as planDeploy } from '../../functions/plan-deploy.ts'
import { handler as planTeardown } from '../../functions/plan-teardown.ts'
import { handler as prepareData } from '../../functions/prepare-data.ts'
import { handler as removeData } from '../../functions/remove-data.ts'
import { handler as restoreData } from '../../functions/restore-data.ts'
import { handler as takeUpData } from '../../functions/take-up-data.ts'
import { repositoryApps, sampleApp } from '../apps/apps.ts'
import { standPlatform } from '../core/deploy/standing-platform.ts'
import { lambdaContext } from '../support/lambda-context.ts'
import { MemoryBackups } from '../support/memory-backups.ts'
import { MemoryChangeSets } from '../support/memory-change-sets.ts'
import { MemoryKeptBook, memoryHoldings } from '../support/memory-kept.ts'
import { MemoryLockTable } from '../support/memory-locks.ts'
import { MemoryReleaseBook } from '../support/memory-releases.ts'
import { MemoryStacks } from '../support/memory-stacks.ts'
import { stage } from '../support/stage.ts'
import { memorySchemas } from '../support/type-schemas.ts'

export const STACK = `nanofleet-${stage.name}-shop`
const OWNER = 'owner'

const OUTPUTS = { ConsulGroup: 'sg-consul', LoadBalancerGroup: 'sg-lb' }

/** One that holds, and one that does not. */
const CONDITIONS = { Always: { 'Fn::Equals': ['a', 'a'] }, Never: { 'Fn::Equals': ['a', 'b'] } }

/** What of an app's resources a deployment is about. */
type Resources = Record<string, Resource>

/** An app with data on a stage in memory, deployed and removed by the functions of the workflows. */
export class DataWorld {
  readonly stacks = new MemoryStacks()
  readonly kept = new MemoryKeptBook()
  readonly backups = new MemoryBackups(this.stacks)
  /** The templates of which CloudFormation was asked what they would change. */
  readonly previews: readonly string[]
  readonly #releases: MemoryReleaseBook
  readonly #locks = new MemoryLockTable()
  readonly #apps = new Map<string, App>()
  readonly #runs = new Map<string, unknown>()
  #pushed = ''
  #run = 0
  readonly #calls

  constructor() {
    this.#releases = new MemoryReleaseBook(this.#locks)
    standPlatform(this.stacks, PLATFORM)
    Object.assign(this.stacks.views.get(`nanofleet-${stage.name}-platform`) ?? {}, { outputs: OUTPUTS })
    const runs = {
      write: async (execution: string, name: string, value: unknown) =>
        void this.#runs.set(`${execution}/${name}`, structuredClone(value)),
      read: async (execution: string, name: string) => this.#runs.get(`${execution}/${name}`),
    }
    const read = async (name: string, digest?: string): Promise<App> =>
      name === 'shop' ? (this.#apps.get(digest ?? this.#pushed) as App) : PLATFORM
    const holdings = memoryHoldings(this.stacks.made)
    const changeSets = new MemoryChangeSets(this.stacks)
    this.previews = changeSets.previews
    const { stacks, kept } = this
    const common = { stacks, kept, releases: this.#releases, runs, changeSets, holdings }
    const outline = async () => ({ requires: [], services: { web: { needs: [] } } })
    const image = { hash: 'h', imageId: 'ami-1', builtAt: '' }
    this.#calls = {
      planDeploy: planDeploy.wired(
        () =>
          ({
            ...common,
            stage,
            bundles: { read },
            settings: { variables: async () => [], secrets: async () => [] },
            data: { changeSets, holdings, schemas: memorySchemas, backups: this.backups },
            records: async () => new Map([['web', image]]),
            built: async () => new Map(),
          }) as never,
      ),
      restoreData: restoreData.wired(() => ({ runs, tables: this.backups }) as never),
      takeUpData: takeUpData.wired(() => ({ ...common, stage }) as never),
      planTeardown: planTeardown.wired(
        () => ({ ...common, stage: stage.name, bundles: { outline } }) as never,
      ),
      prepareData: prepareData.wired(
        () => ({ ...common, stage: stage.name, buckets: { empty: async () => {} } }) as never,
      ),
      removeData: removeData.wired(
        () =>
          ({
            ...common,
            stage: stage.name,
            remover: { remove: async ({ id }: { id: string }) => void stacks.made.physical.delete(id) },
          }) as never,
      ),
    }
    this.apply = (plan, step = 'transition') =>
      applyPlannedStack({ stage, stacks, bundles: { read }, runs, brokers: async () => '' }, { plan, step })
  }

  readonly apply: (plan: DeployOrder['key'], step?: 'set-aside' | 'transition') => Promise<StackStep>

  /** Changes what the checkout has. */
  push(Resources: Resources): void {
    const app = parsedApp({
      ...sampleApp('shop', 'requires: [platform]\nservices:\n  web: {}\n'),
      resources: { Conditions: CONDITIONS, Resources },
    })
    this.#apps.set(app.digest, app)
    this.#pushed = app.digest
  }

  /**
   * Deploys what was pushed, or a kept release.
   * @param fails after the app's stack was changed, so that the run goes back
   * @returns why it was refused, before it touched anything
   */
  async deploy(
    options: { named?: string[]; release?: number; fails?: boolean; restore?: Record<string, string> } = {},
  ): Promise<string | undefined> {
    const execution = `run-${++this.#run}`
    const { release = 0, named: replaceData = [], restore = {} } = options
    const ask = { app: 'shop', release, execution, services: [], replaceData, restore }
    await this.#locks.take('shop', OWNER, undefined, new Date())
    let plan: DeployOrder
    try {
      plan = await this.#calls.planDeploy({ ...ask, purpose: 'deploy' }, lambdaContext)
    } catch (error) {
      if (error instanceof DataAtRisk || error instanceof InvalidInput) return error.message
      throw error
    }
    // A run that restores has changed the stack by then, and goes back.
    const failed = await this.#bringUp(plan).then(
      () => options.fails,
      (error) => plan.restored.length > 0 || Promise.reject(error),
    )
    if (!failed) {
      await this.#record(plan)
      if (plan.losses.length > 0) await this.#calls.removeData({ app: 'shop', execution }, lambdaContext)
    } else if (plan.previous > 0) {
      const back = { ...ask, release: plan.previous, replaceData: [], restore: {}, purpose: 'undo' }
      await this.#bringUp(await this.#calls.planDeploy(back, lambdaContext))
    } else await this.#remove({ data: 'keep-used' }, `${execution}-teardown`)
    return undefined
  }

  /** @returns why it was refused */
  async teardown(input: { data?: string; deleteData?: string[] }): Promise<string | undefined> {
    try {
      await this.#remove(input, `run-${++this.#run}`)
      await this.#releases.forget('shop')
      return undefined
    } catch (error) {
      if (error instanceof InvalidInput) return error.message
      throw error
    }
  }

  /** What a plan said. */
  plan(run = this.#run, name = 'deploy'): DeployPlan {
    return this.#runs.get(`run-${run}/${name}`) as DeployPlan
  }

  /** The data of the app's stack: physical ids by logical ones. */
  get parts(): Record<string, string> {
    return Object.fromEntries(
      this.stacks.made.of(STACK).flatMap(({ name, type, id }) => (/Group/.test(type) ? [] : [[name, id]])),
    )
  }

  /** Every table, bucket and queue there is, by physical id. */
  get data() {
    return [...this.stacks.made.physical].filter(([, { type }]) => holdsData(type))
  }

  /** Fills a table, bucket or queue. */
  fill(name: string, holds = 1): void {
    const found = this.stacks.made.physical.get(this.parts[name] ?? '')
    if (!found) throw new Error(`${name} does not exist`)
    found.holds = holds
  }

  async #bringUp({ key, takenUp, restored }: DeployOrder): Promise<void> {
    for (let looks = 0; restored.length > 0; looks++)
      if ((await this.#calls.restoreData({ plan: key, looks }, lambdaContext)).next === 'go-on') break
    if (restored.length > 0) await this.#settle(await this.apply(key, 'set-aside'))
    for (let looks = 0; takenUp.length > 0; looks++) {
      const step: StackStep = await this.#calls.takeUpData({ plan: key, looks }, lambdaContext)
      if (step.next === 'go-on') break
    }
    await this.#settle(await this.apply(key))
  }

  async #settle(first: StackStep): Promise<void> {
    let step = first
    while (step.next === 'wait') step = await checkStack(this.stacks, step)
  }

  async #record(plan: DeployOrder): Promise<void> {
    const { bundle } = this.plan(Number(plan.key.execution.slice('run-'.length)), plan.key.name)
    const services = { web: { hash: 'h', imageId: 'ami-1', count: 1, definition: '' } }
    const release = { release: plan.release, bundle, services, at: '', execution: plan.key.execution }
    await this.#releases.record('shop', release, OWNER)
  }

  async #remove(input: { data?: string; deleteData?: string[] }, execution: string): Promise<void> {
    const wanted = { app: 'shop', confirm: 'shop', ...input }
    const { data, deletes } = await this.#calls.planTeardown({ wanted, execution }, lambdaContext)
    const request = { app: 'shop', data, deletes, execution }
    await this.#settle(await this.#calls.prepareData(request, lambdaContext))
    await this.#settle(await removeStack(this.stacks, STACK))
    await this.#calls.removeData({ app: 'shop', execution }, lambdaContext)
  }
}

const [bundle] = (await repositoryApps()).filter(({ manifest }) => manifest.app === 'platform')
const PLATFORM = parsedApp(bundle as AppBundle)
