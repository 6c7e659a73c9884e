import { createHash } from 'node:crypto'

/** Step Functions refuses longer names (API Reference, "StartExecution"). */
const LIMIT = 80

/** Name of a child execution: its parent's with a suffix, cut to fit but still unique. */
export function childName(parent: string, suffix: string): string {
  const name = `${parent}-${suffix}`
  if (name.length <= LIMIT) return name
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 8)
  return `${name.slice(0, LIMIT - digest.length - 1)}-${digest}`
}

/** The name at the end of an execution's ARN. */
export const executionName = (arn: string): string => arn.slice(arn.lastIndexOf(':') + 1)
