import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import {
  DescribeSecurityGroupsCommand,
  EC2Client,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2'
import { stackOutputs } from '../../adapters/aws/stack-outputs.ts'
import { controlStack } from '../../core/base/names.ts'

/**
 * Takes every rule out of the default security group of the stage's network: EC2 makes it with the VPC, a
 * template cannot change it, and an instance that is started without a group gets it.
 * @param {{stage: string, region: string}} target
 * @returns {Promise<number>} how many rules it took out
 */
export async function closeDefaultGroup({ stage, region }) {
  const ec2 = new EC2Client({ region })
  const { VpcId } = await stackOutputs(new CloudFormationClient({ region }), controlStack(stage))
  const { SecurityGroups = [] } = await ec2.send(
    new DescribeSecurityGroupsCommand({
      Filters: [
        { Name: 'group-name', Values: ['default'] },
        { Name: 'vpc-id', Values: [VpcId] },
      ],
    }),
  )
  let closed = 0
  for (const { GroupId, IpPermissions = [], IpPermissionsEgress = [] } of SecurityGroups) {
    if (IpPermissions.length > 0)
      await ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions }))
    if (IpPermissionsEgress.length > 0)
      await ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: IpPermissionsEgress }))
    closed += IpPermissions.length + IpPermissionsEgress.length
  }
  return closed
}
