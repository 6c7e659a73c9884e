import type { AppBundle } from '../base/bundle.ts'
import { references, type Template } from '../base/cloudformation.ts'
import { appStack, serviceStack, TAG } from '../base/names.ts'
import type { Stage } from '../base/stage.ts'
import { appTemplate } from './app.ts'
import type { WantedStack } from './bring-stack.ts'
import { groupId } from './groups.ts'
import { templateParameters } from './parameters.ts'
import { serviceTemplate } from './service.ts'

type Outputs = Record<string, string>

/**
 * The app's own stack.
 * @param platform outputs of the platform's stack; absent for the platform itself
 * @throws {NotFound} when the platform is not there and the app needs it
 */
export function wantedAppStack(stage: Stage, bundle: AppBundle, platform: Outputs | undefined): WantedStack {
  const { app } = bundle.manifest
  const template = appTemplate({ bundle, stage })
  return {
    name: appStack(stage.name, app),
    template,
    parameters: templateParameters(template, { stage, platform }),
    tags: { [TAG.stage]: stage.name, [TAG.app]: app },
  }
}

/**
 * The stack of one service.
 * @throws {NotFound} when the app's or the platform's stack does not give what it needs
 */
export function wantedServiceStack(
  stage: Stage,
  bundle: AppBundle,
  service: string,
  sources: { platform: Outputs | undefined; app: Outputs | undefined; imageId: string; release: number },
): WantedStack {
  const { app } = bundle.manifest
  const template = serviceTemplate({ bundle, service, stage })
  return {
    name: serviceStack(stage.name, app, service),
    template,
    parameters: templateParameters(template, { stage, ...sources }),
    tags: { [TAG.stage]: stage.name, [TAG.app]: app, [TAG.service]: service },
  }
}

/**
 * The app's stack with the security groups of services that are going away, and their rules, as they stand: EC2 refuses to delete a
 * group in use, so they may go only after the instances in them.
 */
export function withLeavingGroups(
  wanted: WantedStack,
  standing: { template: Template } | undefined,
  removed: string[],
): WantedStack {
  const groups = new Set(removed.map(groupId))
  const leaving = Object.entries(standing?.template.Resources ?? {}).filter(
    ([name, resource]) => groups.has(name) || [...references(resource)].some((used) => groups.has(used)),
  )
  if (leaving.length === 0) return wanted
  const { template } = wanted
  return {
    ...wanted,
    template: { ...template, Resources: { ...template.Resources, ...Object.fromEntries(leaving) } },
  }
}
