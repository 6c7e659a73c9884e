import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling'
import type { EC2Client } from '@aws-sdk/client-ec2'
import { paginateListExecutions, type SFNClient } from '@aws-sdk/client-sfn'
import type { SSMClient } from '@aws-sdk/client-ssm'
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { controlName } from '../../core/base/names.ts'
import { arnOf } from '../../core/base/partition.ts'
import type { Stage } from '../../core/base/stage.ts'
import type { Evidence } from '../../core/images/ami-evidence.ts'
import { accountImages, accountSnapshots } from './ec2-images.ts'
import { groupReferences } from './group-references.ts'
import { instanceReferences, launchTemplateReferences } from './image-references.ts'
import { parameterReferences } from './parameter-references.ts'
import { releaseReferences } from './release-references.ts'

export interface EvidenceClients {
  ec2: EC2Client
  scaling: AutoScalingClient
  ssm: SSMClient
  dynamo: DynamoDBDocumentClient
  sfn: SFNClient
}

/**
 * Reads everything that decides whether an image may go. It rejects if any call fails, stays throttled or
 * answers in an unknown form: a clean-up never works on partial evidence.
 */
export async function readEvidence(clients: EvidenceClients, stage: Stage, now: Date): Promise<Evidence> {
  const { ec2, scaling, ssm, dynamo, sfn } = clients
  const buildingSince = await oldestBuild(sfn, stage)
  // Images first, then what names them: an image made in between is not listed, a use made in between is.
  const [images, snapshots] = await Promise.all([accountImages(ec2, stage.name), accountSnapshots(ec2)])
  // Groups before what they name, so that an instance launched in between does not seem to be missing.
  const groups = await groupReferences(scaling, stage.name)
  const [instances, templates, releases] = await Promise.all([
    instanceReferences(ec2),
    launchTemplateReferences(ec2),
    releaseReferences(dynamo, stage.table),
  ])
  const parameters = await parameterReferences(ssm, templates.resolved)
  const sources = [instances, templates, groups, parameters, releases]
  return {
    stage: stage.name,
    readAt: now.toISOString(),
    images,
    snapshots,
    references: sources.flatMap(({ references }) => references),
    instances: instances.instances,
    launchTemplates: templates.launchTemplates,
    launchConfigurations: groups.launchConfigurations,
    parameters: parameters.parameters,
    groups: groups.groups,
    current: releases.current,
    busyApps: releases.busyApps,
    ...(buildingSince ? { buildingSince } : {}),
  }
}

/** Between registering an image and recording it, only its build knows that it is needed. */
async function oldestBuild(sfn: SFNClient, stage: Stage): Promise<string | undefined> {
  const stateMachineArn = arnOf(stage, 'states', `stateMachine:${controlName(stage.name, 'build')}`)
  const starts: string[] = []
  for await (const page of paginateListExecutions(
    { client: sfn },
    { stateMachineArn, statusFilter: 'RUNNING' },
  ))
    starts.push(...(page.executions ?? []).flatMap(({ startDate }) => startDate?.toISOString() ?? []))
  return starts.sort()[0]
}
