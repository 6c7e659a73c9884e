import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts'
import { ServiceFailure } from '../core/errors.ts'

/**
 * The number of the account that the credentials belong to.
 * @throws ServiceFailure when there are no credentials or they are refused
 */
export async function accountId(sts: STSClient): Promise<string> {
  try {
    return (await sts.send(new GetCallerIdentityCommand({}))).Account ?? ''
  } catch (cause) {
    throw new ServiceFailure(
      `AWS does not accept the credentials (${cause instanceof Error ? cause.message : String(cause)}); set AWS_PROFILE or AWS_ACCESS_KEY_ID`,
      { cause },
    )
  }
}
