import { readFileSync, writeFileSync } from 'node:fs'
import { InvalidInput } from '../core/base/errors.ts'
import type { DeployPlan } from '../core/deploy/deploy-plan.ts'
import { PLAN_FORMAT, type PlanFile, parsePlanFile } from '../core/deploy/plan-file.ts'
import type { PlanSeal } from '../core/deploy/plan-seal.ts'
import type { Cost } from '../core/prices/bill.ts'
import type { Context } from './context.ts'

export type PlanInput = PlanFile['input']

type Place = Pick<Context, 'stage' | 'account' | 'region'>

/**
 * Writes a plan with what it needs to be carried out.
 * @throws {InvalidInput} if the file cannot be written
 */
export function writePlan(path: string, place: Place, input: PlanInput, plan: DeployPlan, cost: Cost): void {
  const { stage, account, region } = place
  const file = { format: PLAN_FORMAT, stage, account, region, input, plan, cost }
  try {
    writeFileSync(path, `${JSON.stringify(file, null, 2)}\n`)
  } catch (error) {
    throw new InvalidInput('--out', (error as Error).message, undefined, { cause: error })
  }
}

/**
 * The input that carries out exactly the plan in a file.
 * @throws {InvalidInput} if it is no plan, or one of another stage
 */
export function readPlan(path: string, { stage, account, region }: Place): PlanInput & { seal: PlanSeal } {
  const read = parsePlanFile(parsed(path))
  if (!read)
    throw new InvalidInput(path, 'is no plan of a deployment', 'write one with deploy --dry-run --out FILE')
  const { input, plan, ...of } = read
  const differs = Object.entries({ stage, account, region }).find(
    ([name, value]) => of[name as keyof Place] !== value,
  )
  if (differs) {
    const [name, value] = differs
    throw new InvalidInput(path, `is a plan for the ${name} ${of[name as keyof Place]}, not for ${value}`)
  }
  return { ...input, seal: plan.seal }
}

function parsed(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new InvalidInput('--plan', `${path}: ${(error as Error).message}`, undefined, { cause: error })
  }
}
