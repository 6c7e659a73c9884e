import * as z from 'zod'
import type { PlanKey, PlanRequest } from '../../core/deploy/deploy-order.ts'
import type { ServiceTarget } from '../../core/deploy/deploy-plan.ts'
import type { Memory } from '../../core/deploy/health.ts'
import type { Removal } from '../../core/images/ami-cleanup.ts'
import type { BuildStep } from '../../core/images/build-plan.ts'
import type { StackStep } from '../../core/template/bring-stack.ts'

/*
 * What workflow states pass to functions. Each schema is closed: a state that passes an extra key was written
 * for another function.
 */

/** A closed schema of T: the compiler refuses it while a key of T is missing, an optional one too. */
const closed = <T extends object>(shape: { [K in keyof Required<T>]: z.ZodType<T[K]> }): z.ZodType<T> =>
  z.strictObject(shape) as unknown as z.ZodType<T>

/** A name of ours or of AWS; the function finds out whether it exists. */
export const text = z.string().min(1, 'is empty')
/** A number of instances, checks or releases. */
export const count = z.int().min(0, 'is below 0')

export const purpose: z.ZodType<PlanRequest['purpose']> = z.enum(['deploy', 'dry-run', 'undo'])
export const planKey = closed<PlanKey>({ execution: text, name: purpose })

export const stackStep = closed<StackStep>({
  stack: text,
  next: z.enum(['go-on', 'apply', 'wait']),
  until: z.enum(['ready', 'idle', 'gone']),
  checks: count,
  seconds: z.number(),
})

export const serviceTarget = closed<ServiceTarget>({
  app: text,
  service: text,
  count,
  replacement: z.enum(['surge', 'in-place', 'quorum']),
  kind: z.enum(['service', 'consulserver']),
  catalog: z.array(text),
  fresh: z.exactOptional(z.literal(true)),
  replace: z.exactOptional(z.array(text)),
})

const time = z.iso.datetime('is not a time such as 2026-01-31T12:00:00.000Z')
/** Empty before the first look. */
export const memory: z.ZodType<Memory | Record<string, never>> = z.union([
  z.strictObject({
    since: time,
    best: count,
    bestAt: time,
    patientAt: z.exactOptional(time),
    checks: count,
    sick: z.exactOptional(z.array(text)),
  }),
  z.strictObject({}),
])

export const buildStep = closed<BuildStep>({
  app: text,
  service: text,
  hash: text,
  build: z.boolean(),
  reason: z.string(),
  sourceKey: z.string(),
  upstream: z.string(),
  resolvers: z.string(),
  parent: z.string(),
  before: z.array(text),
  imageId: z.exactOptional(text),
})

export const removal = closed<Removal>({
  imageId: z.exactOptional(text),
  snapshots: z.array(text),
  reason: z.string(),
})
