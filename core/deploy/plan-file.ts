import * as z from 'zod'
import { PlanSeal } from './plan-seal.ts'

/** The first line of a plan's file. */
export const PLAN_FORMAT = 'nanofleet deploy plan 1'

const PlanFile = z.object({
  format: z.literal(PLAN_FORMAT),
  stage: z.string(),
  account: z.string(),
  region: z.string(),
  /** Of the workflow `deploy`. */
  input: z.strictObject({
    app: z.string(),
    release: z.int().min(1).optional(),
    bundle: z.string().optional(),
    services: z.array(z.string()).optional(),
    replaceData: z.array(z.string()).optional(),
  }),
  plan: z.object({ seal: PlanSeal }),
})
/** What is read of a plan's file; what else is in it is for people and their tools. */
export type PlanFile = z.infer<typeof PlanFile>

/** @returns undefined for anything else than a plan */
export const parsePlanFile = (value: unknown): PlanFile | undefined => PlanFile.safeParse(value).data
