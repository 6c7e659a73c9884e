import type { Diagnostic } from '../../adapters/aws/account-facts.ts'
import { TOOLS_LOCK, type ToolsLock, unknownTools } from '../../core/images/locks.ts'
import { checkZones, chooseZones, type ZoneFacts } from '../../core/template/zones.ts'
import type { Finding } from './finding.ts'

type Verdict = Omit<Finding, 'subject'>

/** What Step Functions says of one workflow. */
export interface Validated {
  name: string
  problems: Diagnostic[]
}

export function workflow(validated: readonly Validated[]): Verdict {
  const wrong = validated.flatMap(({ name, problems }) =>
    problems
      .filter(({ severity }) => severity === 'ERROR')
      .map(({ code, message, location }) => `${name}${location}: ${message} (${code})`),
  )
  if (wrong.length === 0)
    return { state: 'good', text: `Step Functions accepts all ${validated.length} workflows` }
  return {
    state: 'bad',
    text: wrong.join('; '),
    remedy: 'correct these files in workflows/ before you deploy',
  }
}

/** @param missing types of resources that the region does not have, of those that a stage is made of */
export const regional = (region: string, missing: readonly string[]): Verdict =>
  missing.length === 0
    ? { state: 'good', text: `${region} has all that a stage is made of` }
    : {
        state: 'bad',
        text: `${region} has no ${missing.join(', ')}, which a stage is made of`,
        remedy: 'name another region',
      }

/** @param stands the zones of a stage that is deployed, which it keeps */
export function offered(facts: ZoneFacts, stands: readonly string[] | undefined): Verdict {
  const choice = stands ? checkZones(stands, facts) : chooseZones(facts)
  if (!('zones' in choice)) return { state: 'bad', text: choice.problem, remedy: choice.remedy }
  const few = choice.zones.length === 2 ? '; two zones: docs/regions.md says what the loss of one means' : ''
  return { state: 'good', text: `${[...facts.offers.keys()].join(', ')} in ${choice.zones.join(', ')}${few}` }
}

/** @param key the default key; AWS's own is `alias/aws/ebs` */
export function encryption(byDefault: boolean, key: string, stage: string): Verdict {
  if (!byDefault) return { state: 'good', text: 'new disks are not encrypted unless somebody asks' }
  const project = `nanofleet-${stage}-image`
  const rights =
    'kms:DescribeKey, kms:Decrypt, kms:GenerateDataKeyWithoutPlaintext, kms:ReEncrypt* and kms:CreateGrant'
  if (/alias\/aws\/ebs$/.test(key))
    return {
      state: 'unknown',
      text: `every new disk and snapshot is encrypted with ${key}`,
      remedy: `deploy web; if its build is refused a key, allow the role of ${project} ${rights} on ${key}`,
    }
  const remedy = `allow the role of the build project ${project} and AWSServiceRoleForAutoScaling ${rights} in the policy of that key`
  return {
    state: 'bad',
    text: `every new disk and snapshot is encrypted with ${key}, and builds may not use it`,
    remedy,
  }
}

/**
 * @param lock the checkout's
 * @param variables of the build project; undefined before the control plane is deployed
 */
export function tools(lock: ToolsLock, variables: ReadonlyMap<string, string> | undefined): Verdict {
  if (variables !== undefined && variables.get('PACKAGER') !== 'ops')
    return { state: 'good', text: 'images are not built by ops here' }
  const architecture = variables?.get('ARCH') === 'arm64' ? 'arm64' : 'x86_64'
  const { ops, nanos } = lock
  const unknown = unknownTools(lock, architecture)
  if (unknown.length === 0)
    return {
      state: 'good',
      text: `builds take ops ${ops.version} and Nanos ${nanos.version} by their digests`,
    }
  return {
    state: 'bad',
    text: `${TOOLS_LOCK} does not know the digest of ${unknown.join(' and ')} for ${architecture}, so every build refuses to start`,
    remedy: 'run "npx nanofleet lock", commit the file and push again',
  }
}
