import { InvalidInput } from './errors.ts'

/** A part of AWS with accounts, names and addresses of its own. */
export interface Partition {
  /** As in `arn:<name>:…`. */
  name: string
  /** The end of every endpoint's name. */
  domain: string
}

/** As botocore and the SDK have them (`partitions.json`); `test/adapters/aws/partitions.test.ts` compares. */
const KNOWN: [RegExp, Partition][] = [
  [/^cn-[a-z]+-\d+$/, { name: 'aws-cn', domain: 'amazonaws.com.cn' }],
  [/^us-gov-[a-z]+-\d+$/, { name: 'aws-us-gov', domain: 'amazonaws.com' }],
  [/^(us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-\d+$/, { name: 'aws', domain: 'amazonaws.com' }],
]

/** Where a stage is when nobody says so; the only region that the code names. */
export const DEFAULT_REGION = 'eu-west-1'

/** How a region is called, whichever partition it belongs to. */
export const REGION_NAME = /^[a-z]{2,4}(-[a-z]+)+-\d+$/

/**
 * The partition that a region belongs to.
 * @throws {InvalidInput} for one of another partition: AWS's isolated ones and the European Sovereign Cloud
 */
export function partitionOf(region: string): Partition {
  const known = KNOWN.find(([pattern]) => pattern.test(region))
  if (known) return known[1]
  throw new InvalidInput(
    '--region',
    `${JSON.stringify(region)} is in none of the partitions aws, aws-cn and aws-us-gov`,
    'name a region of one of them; the others lack services that Nanofleet needs',
  )
}

/** Where something is. */
export interface Place {
  region: string
  account: string
}

/** The ARN of something with a place, such as `states`, `stateMachine:nanofleet-dev-deploy`. */
export const arnOf = ({ region, account }: Place, service: string, resource: string): string =>
  `arn:${partitionOf(region).name}:${service}:${region}:${account}:${resource}`

/** Where a service answers; S3, SSM, Service Quotas and the like all follow this pattern. */
export const endpointOf = (service: string, region: string): string =>
  `https://${service}.${region}.${partitionOf(region).domain}`
