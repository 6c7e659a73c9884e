import {
  type EC2Client,
  type LaunchTemplateVersion,
  paginateDescribeInstances,
  paginateDescribeLaunchTemplates,
  paginateDescribeLaunchTemplateVersions,
} from '@aws-sdk/client-ec2'
import type { Reference } from '../../core/images/ami-evidence.ts'

/** What EC2 itself launches from, or did: instances and launch templates. */
export interface Ec2References {
  references: Reference[]
  instances: string[]
  /** Ids and names, as groups use either. */
  launchTemplates: string[]
  /**
   * Parameters that launch templates take their image from (`resolve:ssm:/x`), with a version or label if
   * given.
   */
  resolved: string[]
}

/** Every instance that is not terminated needs its image: a stopped one cannot be replaced without it. */
export async function instanceReferences(
  ec2: EC2Client,
): Promise<Pick<Ec2References, 'references' | 'instances'>> {
  const references: Reference[] = []
  const instances: string[] = []
  for await (const page of paginateDescribeInstances({ client: ec2, pageSize: 1000 }, {})) {
    for (const instance of (page.Reservations ?? []).flatMap(({ Instances }) => Instances ?? [])) {
      const id = instance.InstanceId ?? ''
      const state = instance.State?.Name ?? 'unknown'
      instances.push(id)
      if (state !== 'terminated' && instance.ImageId)
        references.push({ id: instance.ImageId, kind: 'fleet', by: `instance ${id} (${state})` })
    }
  }
  return { references, instances }
}

/** Every version of every launch template: a group, a fleet or a person may use any of them. */
export async function launchTemplateReferences(
  ec2: EC2Client,
): Promise<Pick<Ec2References, 'references' | 'launchTemplates' | 'resolved'>> {
  const found = { references: [] as Reference[], launchTemplates: [] as string[], resolved: [] as string[] }
  for await (const page of paginateDescribeLaunchTemplates({ client: ec2, pageSize: 200 }, {})) {
    for (const { LaunchTemplateId = '', LaunchTemplateName = '' } of page.LaunchTemplates ?? []) {
      found.launchTemplates.push(LaunchTemplateId, LaunchTemplateName)
      const versions = paginateDescribeLaunchTemplateVersions(
        { client: ec2, pageSize: 200 },
        { LaunchTemplateId },
      )
      for await (const { LaunchTemplateVersions } of versions)
        for (const version of LaunchTemplateVersions ?? []) addVersion(version, found)
    }
  }
  return found
}

const RESOLVE = 'resolve:ssm:'

function addVersion(
  version: LaunchTemplateVersion,
  found: { references: Reference[]; resolved: string[] },
): void {
  const by = `launch template ${version.LaunchTemplateName}, version ${version.VersionNumber}`
  const { ImageId, BlockDeviceMappings } = version.LaunchTemplateData ?? {}
  if (ImageId?.startsWith(RESOLVE)) found.resolved.push(ImageId.slice(RESOLVE.length))
  else if (ImageId) found.references.push({ id: ImageId, kind: 'fleet', by })
  for (const { Ebs } of BlockDeviceMappings ?? [])
    if (Ebs?.SnapshotId) found.references.push({ id: Ebs.SnapshotId, kind: 'fleet', by })
}
