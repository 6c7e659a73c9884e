import * as z from 'zod'
import { InvalidInput } from '../base/errors.ts'
import type { Manifest } from '../base/manifest-types.ts'
import type { Stage } from '../base/stage.ts'
import { parseInput } from '../base/workflow-input.ts'
import { refuseOtherArchitecture } from '../manifest/architecture.ts'
import { refuseUpstream } from '../manifest/upstream.ts'
import { refuseUnknownServices } from './alone.ts'
import { PlanSeal } from './plan-seal.ts'

const name = z.string().regex(/^[a-z][a-z0-9-]*$/, 'must be a name of lower-case letters, digits and dashes')

const LOGICAL_ID = /^[A-Za-z0-9]+$/

const logicalIds = z.array(z.string().regex(LOGICAL_ID, 'must be the name of a resource'))

const backup = z
  .string()
  .regex(
    /^arn:[a-z-]+:dynamodb:[a-z0-9-]+:\d{12}:table\/[\w.-]+\/backup\/[\w.-]+$/,
    'must be the ARN of a backup',
  )

/** Input of the workflow `deploy`. */
export const DeployInput = z
  .strictObject({
    app: name,
    /** A kept release to go to, with its images; absent means the last push. */
    release: z.int().min(1).optional(),
    /** Digest of the bundle to deploy, whatever was pushed meanwhile. */
    bundle: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'must be the digest of a bundle')
      .optional(),
    /** Only these services, the others stay as they run; absent means the whole app. */
    services: z.array(name).min(1, 'names no service; leave it out for the whole app').optional(),
    /** Only report what would be done. */
    dryRun: z.boolean().default(false),
    /** Logical ids of the tables, buckets and queues that may be replaced or deleted, with all they hold. */
    replaceData: logicalIds.default([]),
    /** Backups that tables are restored from: ARNs by the tables' logical ids. */
    restore: z.record(z.string().regex(LOGICAL_ID, 'must be the name of a table'), backup).default({}),
    /** Of the plan to carry out; the run is refused if it would make another one now. */
    seal: PlanSeal.optional(),
  })
  .refine(
    ({ release, replaceData, restore }) =>
      release === undefined || replaceData.every((name) => name in restore),
    { path: ['replaceData'], message: 'does not go with a release: going back never replaces data' },
  )
  .refine(({ release, bundle }) => release === undefined || bundle === undefined, {
    path: ['bundle'],
    message: 'does not go with a release, which has its own',
  })
  .refine(({ release, services }) => release === undefined || services === undefined, {
    path: ['services'],
    message: 'does not go with a release: going back takes the whole app',
  })
  .refine(({ restore, services }) => services === undefined || Object.keys(restore).length === 0, {
    path: ['services'],
    message: 'does not go with restore, which concerns the whole app',
  })
export type DeployInput = z.infer<typeof DeployInput>

/** Input of the workflow `scale`. */
export const ScaleInput = z.strictObject({ app: name, service: name, count: z.int().min(0) })
export type ScaleInput = z.infer<typeof ScaleInput>

/** Input of the workflow `restart`. */
export const RestartInput = z
  .strictObject({
    app: name,
    /** Absent means all of the app's services. */
    service: name.optional(),
    /** Only this instance of the service. */
    instance: z
      .string()
      .regex(/^i-[0-9a-f]+$/, 'must be the id of an instance, such as i-0123456789abcdef0')
      .optional(),
  })
  .refine(({ service, instance }) => instance === undefined || service !== undefined, {
    path: ['instance'],
    message: 'needs its service too',
  })
export type RestartInput = z.infer<typeof RestartInput>

/** Input of the workflow `teardown`. */
export const TeardownInput = z.strictObject({
  app: name,
  /** The app's name once more. */
  confirm: z.string().optional(),
  /**
   * What happens to the app's tables, buckets …; required if it has any. `keep-used` deletes only what was
   * seen to be empty.
   */
  data: z.enum(['keep', 'keep-used', 'delete']).optional(),
  /** Logical ids of the data that goes: each of the app's, or only `all`. */
  deleteData: logicalIds.default([]),
  /** The execution of `deploy` that holds the app's lock and removes its first, failed deployment. */
  heldBy: z.string().optional(),
})
export type TeardownInput = z.infer<typeof TeardownInput>

/** Workflows whose input is checked here. */
export const WORKFLOWS = ['deploy', 'scale', 'restart', 'teardown'] as const
type Workflow = (typeof WORKFLOWS)[number]

type WorkflowInput = DeployInput | ScaleInput | RestartInput | TeardownInput

const SCHEMAS: Record<Workflow, z.ZodType<WorkflowInput>> = {
  deploy: DeployInput,
  scale: ScaleInput,
  restart: RestartInput,
  teardown: TeardownInput,
}

/** What a workflow's first state asks for. */
export interface InputToCheck {
  workflow: Workflow
  input: unknown
}

/**
 * The checked input of `deploy`, `scale`, `restart` or `teardown` with its defaults.
 * @throws {InvalidInput} one sentence that names the field
 */
export function checkInput({ workflow, input }: InputToCheck): WorkflowInput {
  const checked = parseInput(workflow, SCHEMAS[workflow], input)
  if (workflow === 'teardown') confirmed(checked as TeardownInput)
  return checked
}

/**
 * Refuses a deployment of services that the app does not have, or whose images this stage cannot build; a
 * kept release has its images.
 * @throws {InvalidInput} before a lock is taken
 */
export function checkDeployable(
  { release, services }: Pick<DeployInput, 'release' | 'services'>,
  manifest: Manifest,
  stage: Stage,
): void {
  if (release !== undefined) return
  refuseUnknownServices(manifest, services ?? [])
  refuseUpstream(manifest, stage)
  refuseOtherArchitecture(manifest, stage)
}

function confirmed({ app, confirm }: TeardownInput): void {
  if (confirm === app) return
  const said = confirm === undefined ? 'is missing' : `is "${confirm}"`
  throw new InvalidInput('input of teardown', `confirm ${said}`, `give the app's name "${app}" to remove it`)
}
