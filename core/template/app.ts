import type { AppBundle } from '../base/bundle.ts'
import {
  getAtt,
  type Resource,
  ref,
  references,
  type Template,
  type TemplateOutput,
} from '../base/cloudformation.ts'
import { InvalidInput } from '../base/errors.ts'
import type { Stage } from '../base/stage.ts'
import { checkedPorts } from '../definition/check-ports.ts'
import { carriedByAll } from './app-references.ts'
import { attachedTargets } from './attached-targets.ts'
import { withDataPolicies } from './data-types.ts'
import { groupId, groupOutput, groupRules, securityGroups } from './groups.ts'
import { clusterGroup, kafkaOutputs, refuseUnevenBrokers } from './kafka-cluster.ts'
import { networkEdges } from './network-edges.ts'
import { declare } from './parameters.ts'
import type { App } from './parsed-app.ts'

/**
 * The template of `nanofleet-<stage>-<app>`: a security group per service, a rule for each end of each edge,
 * the app's own resources, with their data out of CloudFormation's reach, and as outputs everything its
 * services' stacks need.
 * @throws {InvalidInput} when the app's resources take a name that the template needs, or the brokers of its
 * Kafka cluster cannot be spread evenly over the stage's zones
 */
export function appTemplate(
  { bundle, definitions }: Pick<App, 'bundle' | 'definitions'>,
  stage: Stage,
): Template {
  const { manifest } = bundle
  const own = bundle.resources as Partial<Template>
  refuseUnevenBrokers(manifest, own.Resources ?? {}, stage)
  const edges = networkEdges({
    manifest,
    checks: checkedPorts(definitions),
    attached: attachedTargets(own.Resources ?? {}),
    stage,
  })
  const Resources = merge(manifest.app, 'Resources', own.Resources, {
    ...securityGroups(manifest, stage),
    ...groupRules(manifest.app, edges, clusterGroup(manifest, own.Resources ?? {})),
  })
  const Outputs = merge(manifest.app, 'Outputs', own.Outputs, outputs(bundle))
  const Parameters = { ...own.Parameters, ...declare(references([Resources, Outputs, own.Conditions])) }
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `App ${manifest.app} of the stage ${stage.name}`,
    Parameters,
    ...(own.Mappings && { Mappings: own.Mappings }),
    ...(own.Conditions && { Conditions: own.Conditions }),
    Resources: withDataPolicies(withoutMarks(Resources)),
    Outputs,
  }
}

function outputs({ manifest, resources }: AppBundle): Record<string, TemplateOutput> {
  const groups = Object.keys(manifest.services).map((service): [string, TemplateOutput] => [
    groupOutput(service),
    { Description: `Security group of ${service}`, Value: getAtt(groupId(service), 'GroupId') },
  ])
  const carried = carriedByAll(manifest).map(({ name, value }): [string, TemplateOutput] => [
    name,
    { Value: value },
  ])
  const targets = attachedTargets((resources as Partial<Template>).Resources ?? {}).map(
    ({ output, resource }): [string, TemplateOutput] => [output, { Value: ref(resource) }],
  )
  return Object.fromEntries([
    ...groups,
    ...carried,
    ...targets,
    ...Object.entries(kafkaOutputs(manifest, (resources as Partial<Template>).Resources ?? {})),
  ])
}

function merge<T>(
  app: string,
  section: string,
  own: Record<string, T> | undefined,
  generated: Record<string, T>,
): Record<string, T> {
  for (const name of Object.keys(own ?? {})) {
    if (name in generated)
      throw new InvalidInput(
        `images/${app}: ${section}.${name} of the resources`,
        'is a name that the generated template needs',
        'choose another name',
      )
  }
  return { ...own, ...generated }
}

/** The mark that attaches a target group to a service is ours, not CloudFormation's. */
function withoutMarks(resources: Record<string, Resource>): Record<string, Resource> {
  return Object.fromEntries(
    Object.entries(resources).map(([name, { Metadata, ...resource }]) => {
      const { Nanofleet, ...others } = Metadata ?? {}
      return [name, Object.keys(others).length > 0 ? { ...resource, Metadata: others } : resource]
    }),
  )
}
