import {
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
  ModifyLoadBalancerAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'

/** State and description of a target, by instance id, in ELB's words. */
export type TargetStates = Map<string, { state: string; description: string }>

/** What the load balancer thinks of each target of a group. */
export async function targetStates(
  client: ElasticLoadBalancingV2Client,
  targetGroupArn: string,
): Promise<TargetStates> {
  const answer = await client.send(new DescribeTargetHealthCommand({ TargetGroupArn: targetGroupArn }))
  return new Map(
    (answer.TargetHealthDescriptions ?? []).map(({ Target, TargetHealth }) => [
      Target?.Id ?? '',
      { state: TargetHealth?.State ?? 'unknown', description: TargetHealth?.Description ?? '' },
    ]),
  )
}

/** Lets a load balancer be deleted; one without protection, or that does not exist, is left as it is. */
export async function liftProtection(client: ElasticLoadBalancingV2Client, arn: string): Promise<void> {
  const off = { Key: 'deletion_protection.enabled', Value: 'false' }
  try {
    await client.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn: arn, Attributes: [off] }))
  } catch (error) {
    if (!(error instanceof Error && error.name === 'LoadBalancerNotFoundException')) throw error
  }
}
