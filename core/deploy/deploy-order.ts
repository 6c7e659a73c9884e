import { childName } from '../base/execution-name.ts'
import type { Change } from '../template/stack-change.ts'
import { type DeployPlan, emptyTarget, type PlannedService, type ServiceTarget } from './deploy-plan.ts'
import type { PlanBill } from './plan-bill.ts'
import type { PlanSeal } from './plan-seal.ts'

/** Input of the function `plan-deploy`. */
export interface PlanRequest {
  app: string
  /** A kept release, or 0 for the last push. */
  release: number
  /** Digest of the bundle to deploy; empty for the last push. */
  bundle: string
  /** Name of the execution that asks. */
  execution: string
  purpose: 'deploy' | 'dry-run' | 'undo'
  /** Logical ids of what may lose its data. */
  replaceData: string[]
  /** Only these services; empty for the whole app. */
  services: string[]
  /** Backups to restore, by the logical ids of tables. */
  restore: Record<string, string>
  /** Of the plan to carry out; empty if there is none. */
  seal?: PlanSeal | Record<string, never>
}

/** Where a plan is in the bucket: `runs/<execution>/<name>.json`. */
export interface PlanKey {
  execution: string
  name: PlanRequest['purpose']
}

/** A child execution of the workflow `service`. */
export interface ServiceRun {
  execution: string
  target: ServiceTarget
}

/** What the states of the workflow need of a plan; a dry run gets all of it. */
export interface DeployOrder {
  key: PlanKey
  release: number
  /** 0 when there is none. */
  previous: number
  services: string[]
  waves: ServiceRun[][]
  removed: ServiceRun[]
  /** Logical ids of the data that goes, as somebody named it. */
  losses: string[]
  /** Logical ids of kept data that comes into the stack again. */
  takenUp: string[]
  /** Those of them that are restored from backups first. */
  restored: string[]
  /** Whether there are topics and rights to set. */
  kafka: boolean
  /** Name of the execution that removes a failed first deployment. */
  teardown: string
  /** What AWS bills before and after; only on the way forward. */
  bill?: PlanBill
  plan?: DeployPlan
}

/** A plan's order of work, small enough to pass from state to state. */
export function deployOrder(
  { execution, purpose }: Pick<PlanRequest, 'execution' | 'purpose'>,
  plan: DeployPlan,
): DeployOrder {
  // A second run of a service within one execution, on the way back, needs a name of its own.
  const suffix = purpose === 'undo' ? '-undo' : ''
  const run = (target: ServiceTarget): ServiceRun => ({
    execution: childName(execution, `${target.service}${suffix}`),
    target,
  })
  const planned = (service: string) => plan.services[service] as PlannedService
  return {
    key: { execution, name: purpose },
    release: plan.release,
    previous: plan.previous,
    services: plan.only ?? Object.keys(plan.services),
    waves: plan.waves.map((wave) =>
      wave.map(planned).map(({ change, target }) => run({ ...target, ...fresh(change, target) })),
    ),
    removed: plan.removed.map((service) => run(emptyTarget(plan.app, service))),
    losses: plan.losses.map(({ name }) => name),
    takenUp: plan.takenUp.map(({ name }) => name),
    restored: plan.takenUp.filter(({ restored }) => restored !== undefined).map(({ name }) => name),
    kafka: plan.kafka,
    teardown: childName(execution, 'teardown'),
    ...(purpose === 'dry-run' ? { plan } : {}),
    ...(purpose === 'deploy' ? { bill: plan.bill } : {}),
  }
}

const fresh = ({ action }: Change, { count }: ServiceTarget): Pick<ServiceTarget, 'fresh'> =>
  action === 'create' && count ? { fresh: true } : {}
