import { type CloudFormationClient, DescribeStacksCommand, type Stack } from '@aws-sdk/client-cloudformation'
import { NotFound, ServiceFailure } from '../../core/base/errors.ts'

/** A stack as it is now. */
export interface StackState {
  /** CloudFormation's status code, such as `UPDATE_ROLLBACK_COMPLETE`. */
  status: string
  outputs: Record<string, string>
  /** When its last change began. */
  changedAt: Date
}

/**
 * A stack by name.
 * @throws {NotFound} when there is no such stack, {ServiceFailure} when CloudFormation does not answer
 */
export async function stackState(client: CloudFormationClient, name: string): Promise<StackState> {
  const stack = await describe(client, name)
  return {
    status: stack.StackStatus ?? '',
    outputs: Object.fromEntries(
      (stack.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey ?? '', OutputValue ?? '']),
    ),
    changedAt: stack.LastUpdatedTime ?? stack.CreationTime ?? new Date(0),
  }
}

/**
 * The outputs of a stack by name.
 * @throws {NotFound} when there is no such stack, {ServiceFailure} when CloudFormation does not answer
 */
export const stackOutputs = async (
  client: CloudFormationClient,
  name: string,
): Promise<Record<string, string>> => (await stackState(client, name)).outputs

/** CloudFormation answers ValidationError for a stack that does not exist. */
async function describe(client: CloudFormationClient, name: string): Promise<Stack> {
  const missing = `There is no stack ${name}; deploy it first`
  try {
    const stack = (await client.send(new DescribeStacksCommand({ StackName: name }))).Stacks?.[0]
    if (stack) return stack
  } catch (cause) {
    if (cause instanceof Error && /does not exist/.test(cause.message)) throw new NotFound(missing, { cause })
    throw new ServiceFailure(`CloudFormation does not describe ${name}: ${String(cause)}`, { cause })
  }
  throw new NotFound(missing)
}
