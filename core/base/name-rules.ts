import { appStack, definitionParameter, imageName, imageParameter, serviceStack } from './names.ts'

/** The longest stage name; manifests are checked with it, so that they fit every stage. */
export const LONGEST_STAGE = 20

/**
 * A stage's name is part of a bucket's name (63 characters with the account id) and of stack names. It has no
 * dash, as rights are given by the start of a name: `nanofleet-a-*` of a stage `a` would cover all of `a-b`.
 */
export const isStageName = (name: string): boolean =>
  /^[a-z][a-z0-9]*$/.test(name) && name.length <= LONGEST_STAGE

export const STAGE_NAME_RULE = `use up to ${LONGEST_STAGE} lower-case letters and digits, a letter first`

/** A part of names of ours: a DNS label that starts with a letter, since Consul and host rules use it too. */
export const LABEL = /^[a-z]([a-z0-9-]*[a-z0-9])?$/

/**
 * Names that the generated templates use beside those of services; a service with such a name would replace
 * them. `consul` belongs to the Consul servers of the platform.
 */
export const RESERVED_SERVICES = [
  'consul',
  'consul-function',
  'proxy-function',
  'internet',
  'kafka',
  'load-balancer',
  'vpc',
]

export interface NameProblem {
  name: string
  kind: string
  limit: number
}

/** The hash of an image, and what tells two builds of it apart (`buildspecs/register.mjs`). */
const HASH = '0'.repeat(16)
const BUILD = '-00000000'

/**
 * Derived names that are longer than AWS allows. Limits: "CloudFormation quotas" (stack 128), "Amazon EC2
 * Auto Scaling CreateAutoScalingGroup" (255), "CreateLaunchTemplate" (128), "Working with parameters" (1011
 * with the ARN's prefix, 900 to be safe), "RegisterImage" (128), RFC 1035 (63 per label). Load balancers and
 * target groups (32) get their names from CloudFormation, which cuts them to fit.
 */
export function tooLongNames(stage: string, app: string, service?: string): NameProblem[] {
  const names: NameProblem[] = [{ name: appStack(stage, app), kind: 'the CloudFormation stack', limit: 128 }]
  if (service !== undefined) {
    names.push(
      { name: service, kind: 'the DNS label', limit: 63 },
      { name: serviceStack(stage, app, service), kind: 'the CloudFormation stack', limit: 128 },
      { name: definitionParameter(stage, app, service), kind: 'the SSM parameter', limit: 900 },
      { name: imageParameter(stage, app, service), kind: 'the SSM parameter', limit: 900 },
      { name: imageName(stage, app, service, HASH) + BUILD, kind: 'the AMI', limit: 128 },
    )
  }
  return names.filter(({ name, limit }) => name.length > limit)
}

/** `order-history` as the stem of logical ids, which hold letters and digits only: `OrderHistory`. */
export function logicalStem(service: string): string {
  return service
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
}
