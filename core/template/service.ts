import type { AppBundle } from '../base/bundle.ts'
import {
  type Resource,
  ref,
  references,
  type Template,
  type TemplateParameter,
} from '../base/cloudformation.ts'
import { NotFound } from '../base/errors.ts'
import { serviceStack, TAG } from '../base/names.ts'
import type { Stage } from '../base/stage.ts'
import { GROUP_LIMITS } from '../manifest/schema.ts'
import { attachedTargets } from './attached-targets.ts'
import { exposure } from './exposure.ts'
import { groupOutput } from './groups.ts'
import { instanceResources } from './instance.ts'
import { declare, GROUP_ID } from './parameters.ts'
import { scheduleResources } from './schedule.ts'
import type { ServicePlace } from './service-place.ts'

export interface ServiceTemplateInput {
  bundle: AppBundle
  service: string
  stage: Stage
}

/** Seconds that an instance may drain before Auto Scaling terminates it anyway. */
const DRAIN_SECONDS = 300

/**
 * The template of `nanofleet-<stage>-<app>-<service>`: role, launch template, Auto Scaling group and, for an
 * exposed service, its place in the load balancer. The image and the release come in as parameters, so the
 * template changes only with the manifest. Its group starts empty: waves and scale set its size.
 * @throws {NotFound} when the app has no such service
 */
export function serviceTemplate({ bundle, service, stage }: ServiceTemplateInput): Template {
  const { manifest } = bundle
  const spec = manifest.services[service]
  const files = bundle.services[service]
  if (!spec || !files) throw new NotFound(`App ${manifest.app} has no service ${service}`)
  const place = { app: manifest.app, service, spec, files, stage }
  const exposed = exposure(place)
  const targets = [
    ...Object.keys(exposed.targetGroup).map(ref),
    ...attachedTargets((bundle.resources as Partial<Template>).Resources ?? {})
      .filter((attached) => attached.service === service)
      .map(({ output }) => ref(output)),
  ]
  const Resources: Record<string, Resource> = {
    ...instanceResources(place),
    AutoScalingGroup: autoScalingGroup(place, targets, Object.keys(exposed.listeners)),
    ...exposed.targetGroup,
    ...exposed.listeners,
    ...scheduleResources(place),
  }
  const Outputs = {
    AutoScalingGroupName: { Value: ref('AutoScalingGroup') },
    LaunchTemplateId: { Value: ref('LaunchTemplate') },
    LaunchTemplateVersion: { Value: { 'Fn::GetAtt': ['LaunchTemplate', 'LatestVersionNumber'] } },
    // Whose signatures are those of this service: docs/kafka.md.
    ...(spec.kafka && { RoleName: { Value: ref('Role') } }),
    ...('TargetGroup' in exposed.targetGroup && { TargetGroupArn: { Value: ref('TargetGroup') } }),
  }
  const used = references([Resources, Outputs])
  const carried = [...used].filter((name) => !(name in Resources) && !name.startsWith('AWS::')).sort()
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `Service ${service} of the app ${manifest.app}, stage ${stage.name}`,
    Parameters: {
      ...Object.fromEntries(carried.map((name) => [name, carriedParameter(name, service)])),
      ...declare(used),
    },
    Resources,
    Outputs,
  }
}

const carriedParameter = (name: string, service: string): TemplateParameter => ({
  Type: 'String',
  ...(name === groupOutput(service) && { AllowedPattern: GROUP_ID }),
})

function autoScalingGroup(
  { app, service, spec, stage }: ServicePlace,
  targets: unknown[],
  listeners: string[],
): Resource {
  return {
    Type: 'AWS::AutoScaling::AutoScalingGroup',
    // A target group without a listener does no health checks, so instances would wait in vain.
    ...(listeners.length > 0 && { DependsOn: listeners }),
    Properties: {
      AutoScalingGroupName: serviceStack(stage.name, app, service),
      MinSize: String(GROUP_LIMITS.min),
      MaxSize: String(GROUP_LIMITS.max),
      LaunchTemplate: {
        LaunchTemplateId: ref('LaunchTemplate'),
        Version: { 'Fn::GetAtt': ['LaunchTemplate', 'LatestVersionNumber'] },
      },
      VPCZoneIdentifier: ref('PrivateSubnets'),
      HealthCheckType: 'EC2',
      HealthCheckGracePeriod: 0,
      TerminationPolicies: ['OldestLaunchTemplate', 'OldestInstance'],
      ...(targets.length > 0 && { TargetGroupARNs: targets }),
      LifecycleHookSpecificationList: [
        {
          LifecycleHookName: 'drain',
          LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
          HeartbeatTimeout: DRAIN_SECONDS,
          DefaultResult: 'CONTINUE',
        },
      ],
      Tags: [
        { Key: TAG.stage, Value: stage.name, PropagateAtLaunch: true },
        { Key: TAG.app, Value: app, PropagateAtLaunch: true },
        { Key: TAG.service, Value: service, PropagateAtLaunch: true },
        { Key: TAG.release, Value: ref('Release'), PropagateAtLaunch: true },
        // Read from the group, not from instances, so that a change counts at once for all of them.
        ...(spec.replaceAfter === undefined
          ? []
          : [{ Key: TAG.replaceAfter, Value: String(spec.replaceAfter), PropagateAtLaunch: false }]),
      ],
    },
  }
}
