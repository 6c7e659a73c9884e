import {
  GetRolePolicyCommand,
  type IAMClient,
  PutRolePolicyCommand,
  paginateListRolePolicies,
  paginateListRoles,
} from '@aws-sdk/client-iam'

/** One action on one resource that a statement in a role's policy allows: the unit that is taken away. */
export interface Permission {
  /** The role's logical id, such as `LockRole`; for an instance role `<app>-<service>-Role`. */
  role: string
  roleName: string
  policy: string
  statement: number
  action: string
  resource: string
}

interface Statement {
  Effect: 'Allow' | 'Deny'
  Action: string | string[]
  Resource: string | string[]
}

interface Policy {
  Version: string
  Statement: Statement[]
}

/** Everything that the roles of a stage are allowed, in a stable order. */
export async function permissions(iam: IAMClient, stage: string): Promise<Permission[]> {
  const found: Permission[] = []
  for await (const page of paginateListRoles({ client: iam }, {}))
    for (const { RoleName = '' } of page.Roles ?? [])
      if (RoleName.startsWith(`nanofleet-${stage}-`)) found.push(...(await ofRole(iam, stage, RoleName)))
  return found.sort((a, b) => label(a).localeCompare(label(b)))
}

/** `LockRole dynamodb:GetItem on table/nanofleet-local`. */
export const label = ({ role, action, resource }: Permission): string =>
  `${role} ${action} on ${resource.split(':').slice(5).join(':') || resource}`

/**
 * Does `work` while the role lacks this one permission; the policy is complete again afterwards, whatever
 * happened. The local region evaluates policies on every call, so neither workers nor sessions have to be
 * replaced.
 */
export async function without<T>(iam: IAMClient, missing: Permission, work: () => Promise<T>): Promise<T> {
  const whole = await policyText(iam, missing.roleName, missing.policy)
  await putPolicy(iam, missing, JSON.stringify(reduced(JSON.parse(whole) as Policy, missing)))
  try {
    return await work()
  } finally {
    await putPolicy(iam, missing, whole)
  }
}

async function ofRole(iam: IAMClient, stage: string, roleName: string): Promise<Permission[]> {
  // The names that CloudFormation creates end with a random part.
  const role = roleName.slice(`nanofleet-${stage}-`.length).replace(/-[0-9A-F]{6,}$/, '')
  const found: Permission[] = []
  for await (const page of paginateListRolePolicies({ client: iam }, { RoleName: roleName })) {
    for (const policy of page.PolicyNames ?? []) {
      const { Statement } = JSON.parse(await policyText(iam, roleName, policy)) as Policy
      Statement.forEach(({ Effect, Action, Resource }, statement) => {
        if (Effect !== 'Allow') return
        for (const action of [Action].flat())
          for (const resource of [Resource].flat())
            found.push({ role, roleName, policy, statement, action, resource })
      })
    }
  }
  return found
}

/** The policy with the statement split, so that all its other actions and resources stay allowed. */
function reduced(policy: Policy, { statement, action, resource }: Permission): Policy {
  const Statement = policy.Statement.flatMap((one, index) => {
    if (index !== statement) return [one]
    const [actions, resources] = [[one.Action].flat(), [one.Resource].flat()]
    const parts = [
      { ...one, Action: actions.filter((other) => other !== action), Resource: resources },
      { ...one, Action: [action], Resource: resources.filter((other) => other !== resource) },
    ]
    return parts.filter(({ Action, Resource }) => Action.length > 0 && Resource.length > 0)
  })
  // IAM accepts no policy without a statement.
  const nothing: Statement = { Effect: 'Deny', Action: 'nanofleet:Nothing', Resource: '*' }
  return { ...policy, Statement: Statement.length > 0 ? Statement : [nothing] }
}

/** IAM returns policies URL-encoded (API Reference, "GetRolePolicy"). */
async function policyText(iam: IAMClient, roleName: string, policy: string): Promise<string> {
  const answer = await iam.send(new GetRolePolicyCommand({ RoleName: roleName, PolicyName: policy }))
  const text = answer.PolicyDocument ?? ''
  return text.startsWith('%') ? decodeURIComponent(text) : text
}

const putPolicy = (iam: IAMClient, { roleName, policy }: Permission, text: string) =>
  iam.send(new PutRolePolicyCommand({ RoleName: roleName, PolicyName: policy, PolicyDocument: text }))
