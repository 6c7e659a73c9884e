import type { Manifest, ServiceSpec } from '../base/manifest-types.ts'
import { LONGEST_STAGE } from '../base/name-rules.ts'
import type { Problem } from '../base/schema-problems.ts'
import { secretPlaces } from '../base/settings.ts'

/**
 * Bytes of user data before their encoding ("Run commands when you launch an EC2 instance with user data
 * input").
 */
const LARGEST_USER_DATA = 16_384

/** Characters of all inline policies of a role together, white space aside ("IAM and AWS STS quotas"). */
const LARGEST_POLICIES = 10_240

/** In the place of a reference, whose value is known only at deploy: a usual ARN is no longer. */
const REFERENCE = 'x'.repeat(100)

/** "Fn::Sub": what may stand between the braces, and a dollar sign that stays one. */
const PLACEHOLDER = /\$\{[A-Za-z0-9.:]+\}/g
const LITERAL = /\$\{![^}]*\}/g

/** "IAM JSON policy elements: Resource". */
const ARN = /^(\*|arn:[^:\s]*:[^:\s]+:[^:\s]*:[^:\s]*:.+)$/
/** An ARN may also begin with what is one: `${Thing.Arn}/index/*`. */
const BEGINS_WITH_ARN = /^\$\{[A-Za-z0-9.]+\}/

/** What AWS would refuse when a stack is made of the manifest. */
export function limitProblems({ app, services }: Manifest): Problem[] {
  return Object.entries(services).flatMap(([name, service]) =>
    [...userData(service, places(app, name)), ...policies(service, places(app, name)), ...texts(service)].map(
      (problem) => ({
        ...problem,
        path: ['services', name, ...problem.path],
      }),
    ),
  )
}

/** Where a service of the app reads a secret from, in the stage with the longest name. */
const places =
  (app: string, service: string) =>
  ([name, place]: [string, string]): string[] =>
    secretPlaces({ stage: 'x'.repeat(LONGEST_STAGE), app, service }, name, place)
type Places = ReturnType<typeof places>

function userData({ env, secrets }: ServiceSpec, places: Places): Problem[] {
  const lines = Object.entries(env).map(([name, value]) => bytes(name) + bytes(value) + '=\r\n'.length)
  const listed = Object.entries(secrets).map(
    (secret) =>
      bytes(secret[0]) + bytes(places(secret).join('|').replaceAll(PLACEHOLDER, REFERENCE)) + '=,'.length,
  )
  const list = listed.length > 0 ? 'NANOFLEET_SECRETS='.length : 0
  const all = [...lines, ...listed].reduce((sum, line) => sum + line, list)
  if (all <= LARGEST_USER_DATA) return []
  return [
    {
      path: ['env'],
      problem: `makes ${all} bytes of user data, EC2 takes ${LARGEST_USER_DATA}`,
      remedy: 'move what is big into the image or a parameter',
    },
  ]
}

const bytes = (value: unknown): number =>
  new TextEncoder().encode(typeof value === 'string' ? value : REFERENCE).length

function policies({ permissions, secrets }: ServiceSpec, places: Places): Problem[] {
  const names = Object.entries(secrets).flatMap(places)
  const statements: unknown[] = permissions.map(({ actions, resource }) => ({
    Effect: 'Allow',
    Action: actions,
    Resource: typeof resource === 'string' ? resource : REFERENCE,
  }))
  const reading = {
    Effect: 'Allow',
    Action: ['ssm:GetParameters'],
    Resource: names.map((name) => REFERENCE + name),
  }
  if (names.length > 0) statements.push(reading)
  const text = JSON.stringify({ Version: '2012-10-17', Statement: statements })
  const characters = text.replaceAll(PLACEHOLDER, REFERENCE).replaceAll(/\s/g, '').length
  if (characters <= LARGEST_POLICIES) return []
  return [
    {
      path: ['permissions'],
      problem: `make a policy of ${characters} characters, with ${REFERENCE.length} for each reference; IAM takes ${LARGEST_POLICIES}`,
      remedy: 'name several resources by one ARN with *, or several actions in one permission',
    },
  ]
}

function texts({ env, permissions, secrets }: ServiceSpec): Problem[] {
  return [
    ...Object.entries(env).flatMap(([name, value]) => late(['env', name], value)),
    ...Object.entries(secrets).flatMap(([name, parameter]) =>
      parameter.replaceAll(PLACEHOLDER, '').match(/[${}]/) ? [unreadable(['secrets', name])] : [],
    ),
    ...permissions.flatMap(({ resource }, index) => {
      const path = ['permissions', index, 'resource']
      if (typeof resource !== 'string') return []
      const rest = resource.replaceAll(PLACEHOLDER, '').replaceAll(LITERAL, '')
      if (rest.includes('${')) return [unreadable(path)]
      const isArn = BEGINS_WITH_ARN.test(resource) || ARN.test(resource.replaceAll(PLACEHOLDER, 'x'))
      return isArn ? late(path, resource) : [noArn(path)]
    }),
  ]
}

const unreadable = (path: Problem['path']): Problem => ({
  path,
  problem: 'holds a ${ that begins no reference',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: what Fn::Sub reads
  remedy: 'write ${Thing}, ${Thing.Attribute} or ${AWS::Region}',
})

const noArn = (path: Problem['path']): Problem => ({
  path,
  problem: 'is not an ARN, and IAM takes nothing else but *',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: what Fn::Sub reads
  remedy: 'write it in full, such as arn:${AWS::Partition}:s3:::pictures/*, or begin with ${Thing.Arn}',
})

/** What CloudFormation would look up when it makes the stack, with rights that it does not have. */
function late(path: Problem['path'], value: unknown): Problem[] {
  if (typeof value !== 'string' || !value.includes('{{resolve:')) return []
  const problem = 'is read by CloudFormation when it makes the stack, with rights that it does not have'
  return [{ path, problem, remedy: 'let the program read it' }]
}
