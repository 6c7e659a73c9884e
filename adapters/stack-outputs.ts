import { type CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation'
import { NotFound, ServiceFailure } from '../core/errors.ts'

/**
 * The outputs of a stack by name.
 * @throws NotFound when there is no such stack
 */
export async function stackOutputs(
  client: CloudFormationClient,
  stack: string,
): Promise<Record<string, string>> {
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stack }))
    return Object.fromEntries(
      (Stacks?.[0]?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey ?? '', OutputValue ?? '']),
    )
  } catch (cause) {
    if (cause instanceof Error && /does not exist/.test(cause.message))
      throw new NotFound(`There is no stack ${stack}; deploy it first`, { cause })
    throw new ServiceFailure(`CloudFormation does not describe ${stack}: ${String(cause)}`, { cause })
  }
}
