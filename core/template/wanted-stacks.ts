import { references, type Template } from '../base/cloudformation.ts'
import { appStack, serviceStack, TAG } from '../base/names.ts'
import type { Stage } from '../base/stage.ts'
import type { WantedStack } from './bring-stack.ts'
import { groupId } from './groups.ts'
import { declare, type Outputs, templateParameters } from './parameters.ts'

/**
 * The app's own stack.
 * @param platform outputs of the platform's stack; absent for the platform itself
 * @throws {NotFound} if the app needs the platform and it does not exist
 */
export function wantedAppStack(
  stage: Stage,
  app: string,
  template: Template,
  platform: Outputs | undefined,
): WantedStack {
  return {
    name: appStack(stage.name, app),
    template,
    parameters: templateParameters(template, { stage, platform }),
    tags: { [TAG.stage]: stage.name, [TAG.app]: app },
  }
}

/** Where a service's stack takes its values from. */
export interface ServiceSources {
  platform: Outputs | undefined
  app: Outputs | undefined
  /** Undefined for a service without an image, whose stack then lacks a value. */
  imageId: string | undefined
  /** Addresses of the brokers of the app's Kafka cluster, if it has one. */
  kafkaBrokers?: string | undefined
  release: number
}

/**
 * The stack of one service.
 * @throws {NotFound} if the app's or the platform's stack lacks a value it needs
 */
export function wantedServiceStack(
  stage: Stage,
  { app, service }: { app: string; service: string },
  template: Template,
  sources: ServiceSources,
): WantedStack {
  return {
    name: serviceStack(stage.name, app, service),
    template,
    parameters: templateParameters(template, { stage, ...sources }),
    tags: { [TAG.stage]: stage.name, [TAG.app]: app, [TAG.service]: service },
  }
}

/**
 * The app's stack with the unchanged security groups and rules of services that are going away: EC2 refuses
 * to delete a group in use, so they must stay until the instances in them are gone. Their rules may need
 * parameters that nothing else needs, such as the load balancer's group once nothing is exposed any more.
 */
export function withLeavingGroups(
  wanted: WantedStack,
  standing: { template: Template } | undefined,
  removed: string[],
  sources: { stage: Stage; platform: Outputs | undefined },
): WantedStack {
  const groups = new Set(removed.map(groupId))
  const leaving = Object.entries(standing?.template.Resources ?? {}).filter(
    ([name, resource]) => groups.has(name) || [...references(resource)].some((used) => groups.has(used)),
  )
  const template = {
    ...wanted.template,
    Parameters: { ...wanted.template.Parameters, ...declare(references(leaving)) },
    Resources: { ...wanted.template.Resources, ...Object.fromEntries(leaving) },
  }
  return { ...wanted, template, parameters: templateParameters(template, sources) }
}
