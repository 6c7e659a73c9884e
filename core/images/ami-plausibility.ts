import { imageParameter } from '../base/names.ts'
import { type CurrentService, type Evidence, ImplausibleEvidence } from './ami-evidence.ts'

/**
 * Compares the lists with each other. An incomplete list contradicts another one, and incomplete lists of
 * references are how clean-ups remove what is in use.
 * @throws ImplausibleEvidence with the first contradiction
 */
export function checkPlausible(evidence: Evidence): void {
  const contradiction =
    missingFromGroups(evidence) ?? groupWithoutRelease(evidence) ?? missingFromReleases(evidence)
  if (!contradiction) return
  throw new ImplausibleEvidence(
    `Nothing is removed, because what AWS listed does not fit together: ${contradiction}; try again in a minute`,
  )
}

function missingFromGroups(evidence: Evidence): string | undefined {
  const instances = new Set(evidence.instances)
  const templates = new Set(evidence.launchTemplates)
  const configurations = new Set(evidence.launchConfigurations)
  for (const group of evidence.groups) {
    const named: [string, string[], Set<string>][] = [
      ['instance', group.instances, instances],
      ['launch template', group.launchTemplates, templates],
      ['launch configuration', group.launchConfigurations, configurations],
    ]
    for (const [kind, ids, listed] of named) {
      const missing = ids.find((id) => !listed.has(id))
      if (missing) return `the group ${group.name} names the ${kind} ${missing}, which is in no list`
    }
  }
  return undefined
}

/**
 * The table was not read completely, or a first deployment failed and left a group that a person must look
 * at.
 */
function groupWithoutRelease(evidence: Evidence): string | undefined {
  const released = new Set([...evidence.current.map(({ app }) => app), ...evidence.busyApps])
  const group = evidence.groups.find(({ app }) => app !== undefined && !released.has(app))
  return group && `the group ${group.name} belongs to the app ${group.app}, which has no release`
}

function missingFromReleases(evidence: Evidence): string | undefined {
  const launched = new Set(evidence.references.filter(({ kind }) => kind === 'fleet').map(({ id }) => id))
  const parameters = new Set(evidence.parameters)
  const settled = evidence.current.filter(({ app }) => !evidence.busyApps.includes(app))
  const unlaunched = settled.find(({ imageId }) => !launched.has(imageId))
  if (unlaunched) return `${sentence(unlaunched)}, which no launch template names`
  const unrecorded = settled.find(
    ({ app, service }) => !parameters.has(imageParameter(evidence.stage, app, service)),
  )
  return unrecorded && `${sentence(unrecorded)}, but its image parameter is in no list`
}

const sentence = ({ app, service, release, imageId }: CurrentService): string =>
  `release ${release} of ${app} runs ${service} from ${imageId}`
