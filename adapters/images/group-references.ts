import {
  type AutoScalingClient,
  type AutoScalingGroup,
  type LaunchTemplateSpecification,
  paginateDescribeAutoScalingGroups,
  paginateDescribeLaunchConfigurations,
} from '@aws-sdk/client-auto-scaling'
import { TAG } from '../../core/base/names.ts'
import type { GroupFacts, Reference } from '../../core/images/ami-evidence.ts'

export interface GroupReferences {
  groups: GroupFacts[]
  launchConfigurations: string[]
  references: Reference[]
}

/** Every Auto Scaling group with all that it launches from, and every launch configuration. */
export async function groupReferences(scaling: AutoScalingClient, stage: string): Promise<GroupReferences> {
  const found: GroupReferences = { groups: [], launchConfigurations: [], references: [] }
  for await (const page of paginateDescribeAutoScalingGroups({ client: scaling, pageSize: 100 }, {})) {
    for (const group of page.AutoScalingGroups ?? []) {
      found.groups.push(facts(group, stage))
      found.references.push(...overrideImages(group))
    }
  }
  for await (const page of paginateDescribeLaunchConfigurations({ client: scaling, pageSize: 100 }, {})) {
    for (const { LaunchConfigurationName = '', ImageId, BlockDeviceMappings } of page.LaunchConfigurations ??
      []) {
      found.launchConfigurations.push(LaunchConfigurationName)
      const snapshots = (BlockDeviceMappings ?? []).map(({ Ebs }) => Ebs?.SnapshotId)
      for (const id of [ImageId, ...snapshots])
        if (id)
          found.references.push({ id, kind: 'fleet', by: `launch configuration ${LaunchConfigurationName}` })
    }
  }
  return found
}

function facts(group: AutoScalingGroup, stage: string): GroupFacts {
  const tag = (key: string) => group.Tags?.find(({ Key }) => Key === key)?.Value
  const app = tag(TAG.stage) === stage ? tag(TAG.app) : undefined
  return {
    name: group.AutoScalingGroupName ?? '',
    ...(app ? { app } : {}),
    instances: (group.Instances ?? []).flatMap(({ InstanceId }) => InstanceId ?? []),
    launchTemplates: specifications(group).flatMap((s) => s?.LaunchTemplateId ?? s?.LaunchTemplateName ?? []),
    launchConfigurations: group.LaunchConfigurationName ? [group.LaunchConfigurationName] : [],
  }
}

/** A mixed-instances policy names a template, and each of its overrides may name another one. */
function specifications(group: AutoScalingGroup): (LaunchTemplateSpecification | undefined)[] {
  const mixed = group.MixedInstancesPolicy?.LaunchTemplate
  return [
    group.LaunchTemplate,
    mixed?.LaunchTemplateSpecification,
    ...(mixed?.Overrides ?? []).map((override) => override.LaunchTemplateSpecification),
  ]
}

function overrideImages(group: AutoScalingGroup): Reference[] {
  const overrides = group.MixedInstancesPolicy?.LaunchTemplate?.Overrides ?? []
  return overrides.flatMap(({ ImageId }) =>
    ImageId ? [{ id: ImageId, kind: 'fleet' as const, by: `group ${group.AutoScalingGroupName}` }] : [],
  )
}
