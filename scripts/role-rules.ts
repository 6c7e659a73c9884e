/**
 * Rules of roles and policies that no tool knows, because they are about this product: what each may reach,
 * and what holds it back. `node scripts/role-rules.ts <template.json>` names every problem; then it exits 1.
 */

import { readFileSync } from 'node:fs'
import type { Resource, Template } from '../core/base/cloudformation.ts'

interface Statement {
  Effect: string
  Principal?: unknown
  actions: string[]
  resources: string[]
  /** The condition keys, without their operators. */
  conditions: string[]
}
type Rule = (name: string, statements: readonly Statement[]) => string[]

const lists = (value: unknown): unknown[] => (value === undefined ? [] : [value].flat())

/** What a value says in a template, `Fn::Sub` and its like included. */
const said = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

function statements(document: unknown): Statement[] {
  const { Statement } = Object(document) as { Statement?: unknown }
  return (lists(Statement) as Record<string, unknown>[]).map((one) => ({
    Effect: String(one.Effect),
    Principal: one.Principal,
    actions: lists(one.Action).map(String),
    resources: lists(one.Resource).map(said),
    conditions: Object.values(Object(one.Condition) as Record<string, object>).flatMap(Object.keys),
  }))
}

/** The statements of each role, those of the policies beside it among them. */
function roles(resources: Record<string, Resource>): Map<string, Statement[]> {
  const found = new Map<string, Statement[]>()
  for (const [name, { Type, Properties = {} }] of Object.entries(resources))
    if (Type === 'AWS::IAM::Role') {
      const own = lists(Properties.Policies) as { PolicyDocument: unknown }[]
      found.set(
        name,
        own.flatMap(({ PolicyDocument }) => statements(PolicyDocument)),
      )
    }
  for (const { Type, Properties = {} } of Object.values(resources))
    if (Type === 'AWS::IAM::Policy')
      for (const role of lists(Properties.Roles))
        found.get(String(Object(role).Ref))?.push(...statements(Properties.PolicyDocument))
  return found
}

const allowed = (all: readonly Statement[]) => all.filter(({ Effect }) => Effect === 'Allow')
const reads = ({ actions }: Statement) => actions.some((action) => /^ssm:(\*|Get)/.test(action))

/**
 * The key aws/ssm lets in every principal of the account ("Restricting access to Parameter Store parameters
 * using IAM policies"); a role that names the secrets has them by intention.
 */
const keepsSecrets: Rule = (name, all) => {
  const every = allowed(all).some(
    (one) => reads(one) && one.resources.some((resource) => /(^|parameter\/)\*"?\}?$/.test(resource)),
  )
  const denied = all.some(
    ({ Effect, actions, resources }) =>
      Effect === 'Deny' &&
      (actions.includes('kms:Decrypt') ||
        resources.some((resource) => resource.includes('nanofleet-secrets'))),
  )
  return every && !denied
    ? [
        `${name}: may read secrets of the stage and is not denied kms:Decrypt; name its parameters, or deny it that`,
      ]
    : []
}

const readsItsOwn: Rule = (name, all) =>
  allowed(all).some(
    (one) => reads(one) && one.resources.some((text) => /parameter\/nanofleet\/[^/]+\/\*"?\}?$/.test(text)),
  )
    ? [`${name}: reads every parameter of the stage; end the name with the one it needs, such as */consul`]
    : []

const tagsItsOwn: Rule = (name, all) =>
  allowed(all).some(
    ({ actions, conditions }) => actions.includes('ec2:CreateTags') && conditions.length === 0,
  )
    ? [
        `${name}: ec2:CreateTags without a condition; say what is tagged, by ec2:CreateAction or aws:ResourceTag`,
      ]
    : []

/** "Permissions boundaries for IAM entities": who makes roles without one makes itself an administrator. */
const MAKES_ROLES = ['iam:*', 'iam:AttachRolePolicy', 'iam:CreateRole', 'iam:PutRolePolicy']
const bounds: Rule = (name, all) =>
  MAKES_ROLES.filter((action) =>
    allowed(all).some(
      ({ actions, conditions }) =>
        actions.includes(action) && !conditions.includes('iam:PermissionsBoundary'),
    ),
  ).map(
    (action) =>
      `${name}: ${action} without a condition on iam:PermissionsBoundary; a role that it makes could do everything`,
  )

const CHANGES =
  /^(ec2|elasticloadbalancing):(Authorize|Delete|Disassociate|Modify|Release|Remove|Replace|Revoke|Set|Terminate|Update)/
const changesItsOwn: Rule = (name, all) => {
  // Lambda makes the interfaces of a function in a VPC with its role, which is denied them otherwise.
  const denied = all.filter(({ Effect }) => Effect === 'Deny').flatMap(({ actions }) => actions)
  const [first, ...more] = allowed(all)
    .filter(({ resources, conditions }) => resources.includes('*') && conditions.length === 0)
    .flatMap(({ actions }) => actions.filter((action) => CHANGES.test(action) && !denied.includes(action)))
  if (first === undefined) return []
  const what = more.length > 0 ? `${first} and ${more.length} more` : first
  return [`${name}: ${what} on everything in the account; ask for the tag of the stage, by aws:ResourceTag`]
}

/** EventBridge takes no Condition in the policy of a topic, delivers nothing, and tells nobody. */
const letsEventsIn: Rule = (name, all) =>
  all.some(
    ({ Principal, conditions }) =>
      said(Principal ?? '').includes('events.amazonaws.com') && conditions.length > 0,
  )
    ? [
        `${name}: EventBridge delivers to no topic whose policy has a Condition for it; leave the Condition out`,
      ]
    : []

const OF_ROLES = [keepsSecrets, readsItsOwn, tagsItsOwn, bounds, changesItsOwn]

/** What these resources break, one sentence for each. */
export function problemsOf(resources: Record<string, Resource>): string[] {
  const ofRoles = [...roles(resources)].flatMap(([name, all]) => OF_ROLES.flatMap((rule) => rule(name, all)))
  const ofTopics = Object.entries(resources)
    .filter(([, { Type }]) => Type === 'AWS::SNS::TopicPolicy')
    .flatMap(([name, { Properties = {} }]) => letsEventsIn(name, statements(Properties.PolicyDocument)))
  return [...ofRoles, ...ofTopics]
}

if (import.meta.main) {
  const found = process.argv
    .slice(2)
    .flatMap((file) => problemsOf((JSON.parse(readFileSync(file, 'utf8')) as Template).Resources))
  for (const problem of found) console.error(problem)
  process.exitCode = found.length > 0 ? 1 : 0
}
