import { PLATFORM } from '../../core/base/names.ts'
import type { Finding } from './finding.ts'
import type { VcpuNeed } from './needs.ts'

type Verdict = Omit<Finding, 'subject'>

/** A quota as Service Quotas knows it; both parts are in the console's address. */
interface Quota {
  service: string
  code: string
  name: string
}

export const QUOTA = {
  vcpus: { service: 'ec2', code: 'L-1216C47A', name: 'Running On-Demand Standard instances' },
  addresses: { service: 'ec2', code: 'L-0263D0A3', name: 'EC2-VPC Elastic IPs' },
  networks: { service: 'vpc', code: 'L-F678F1CE', name: 'VPCs per Region' },
  rules: { service: 'vpc', code: 'L-0EA8095F', name: 'Inbound or outbound rules per security group' },
  functions: { service: 'lambda', code: 'L-B99A9384', name: 'Concurrent executions' },
} as const satisfies Record<string, Quota>

/** Functions that run at once while an app is deployed: five batches of events, ten stacks, the door. */
const FUNCTIONS_AT_ONCE = 25

/** Where to ask for more. */
export const ask = ({ service, code, name }: Quota, value: number, region: string): string =>
  `ask for ${value} of "${name}": https://${region}.console.aws.amazon.com/servicequotas/home/services/${service}/quotas/${code}`

/** @param needs the platform's first */
export function vcpus(quota: number, needs: readonly VcpuNeed[], region: string): Verdict {
  const [platform] = needs
  const total = needs.reduce((sum, { steady }) => sum + steady, 0)
  const room = Math.max(0, ...needs.map(({ steady, changing }) => changing - steady))
  const remedy = ask(QUOTA.vcpus, Math.max(32, total + room), region)
  const have = `the account may run ${quota} vCPUs`
  if (platform && quota < platform.changing) {
    const text = `${have}; the ${PLATFORM} takes ${platform.steady}, and ${platform.changing} while a server is replaced`
    return { state: 'bad', text, remedy }
  }
  if (quota < total + room) {
    const each = needs.map(({ app, steady }) => `${app} ${steady}`).join(', ')
    return { state: 'warning', text: `${have}; not all apps of this checkout fit together (${each})`, remedy }
  }
  return { state: 'good', text: `${have}; all apps of this checkout take ${total}` }
}

/** How many of something are in use, and whether the stage has its own among them. */
export interface Taken {
  used: number
  own: boolean
}

/** Something of which every stage takes one. */
export function oneMore(
  quota: number,
  { used, own }: Taken,
  what: 'addresses' | 'networks',
  region: string,
): Verdict {
  const name = what === 'addresses' ? 'Elastic IP addresses' : 'VPCs'
  const text = `${used} of ${quota} ${name} are in use`
  if (own) return { state: 'good', text: `${text}, the stage's own among them` }
  if (used < quota) return { state: 'good', text }
  return { state: 'bad', text, remedy: `release one, or ${ask(QUOTA[what], quota + 5, region)}` }
}

/** @param most rules of the group that has the most, in one direction */
export function rules(quota: number, most: { group: string; rules: number }, region: string): Verdict {
  const text = `the fullest security group has ${most.rules} rules (${most.group}); ${quota} are allowed`
  if (most.rules <= quota) return { state: 'good', text }
  return { state: 'bad', text, remedy: ask(QUOTA.rules, most.rules + 20, region) }
}

/** Calls that Lambda keeps for functions that reserve none: "Configuring reserved concurrency". */
const LEAST_UNRESERVED = 100

/** @param reserved what the functions of this checkout reserve together */
export function functions(quota: number, reserved: number, region: string): Verdict {
  const text = `${quota} functions may run at once`
  // An account with a smaller quota has to leave all of it, so it can reserve nothing.
  if (reserved > 0 && quota - reserved < LEAST_UNRESERVED) {
    const why = `this checkout reserves ${reserved} of them, and Lambda keeps ${LEAST_UNRESERVED} for all others`
    return { state: 'bad', text: `${text}; ${why}`, remedy: ask(QUOTA.functions, 1000, region) }
  }
  if (quota >= FUNCTIONS_AT_ONCE) return { state: 'good', text }
  const why = 'calls above it are refused and tried again, so deployments and DNS are late'
  return { state: 'warning', text: `${text}; ${why}`, remedy: ask(QUOTA.functions, 1000, region) }
}

/** @param quota undefined when the account has no quota for this kind of machine */
export function builds(
  quota: number | undefined,
  most: { app: string; builds: number },
  region: string,
): Verdict {
  const place = `https://${region}.console.aws.amazon.com/servicequotas/home/services/codebuild/quotas`
  if (quota === undefined)
    return {
      state: 'unknown',
      text: 'no quota is named after this kind of machine',
      remedy: `look at ${place}`,
    }
  const text = `${quota} images may be built at once; ${most.app} builds ${most.builds}`
  if (quota >= most.builds) return { state: 'good', text }
  if (quota < 1) return { state: 'bad', text, remedy: `ask for ${most.builds} at ${place}` }
  return { state: 'warning', text: `${text}, the others wait`, remedy: `ask for ${most.builds} at ${place}` }
}
