import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts'
import { ServiceFailure } from '../core/errors.ts'
import { awsProblem } from './aws-problem.ts'

/**
 * The number of the account that the credentials belong to.
 * @param place how the endpoint is called in a message, such as `AWS in eu-west-1`
 * @throws ServiceFailure when there are no credentials, they are refused or nothing answers
 */
export async function accountId(sts: STSClient, place?: string): Promise<string> {
  try {
    return (await sts.send(new GetCallerIdentityCommand({}))).Account ?? ''
  } catch (cause) {
    const why = awsProblem(cause, place) ?? `AWS does not tell the account: ${String(cause)}`
    throw new ServiceFailure(why, { cause })
  }
}
