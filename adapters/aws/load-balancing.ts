import {
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
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
