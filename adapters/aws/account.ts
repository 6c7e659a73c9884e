import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts'
import { ServiceFailure } from '../../core/base/errors.ts'
import { awsProblem } from './aws-problem.ts'

/** AWS refuses the credentials, or nothing answers there; the message names the place and the remedy. */
export class NoAccess extends ServiceFailure {}

/**
 * The number of the account that the credentials belong to.
 * @param place the endpoint's name in a message, such as `AWS in eu-west-1`
 * @throws {NoAccess} when there are no credentials, they are refused or nothing answers
 */
export async function accountId(sts: STSClient, place?: string): Promise<string> {
  try {
    return (await sts.send(new GetCallerIdentityCommand({}))).Account ?? ''
  } catch (cause) {
    const why = awsProblem(cause, place) ?? `AWS does not tell the account: ${String(cause)}`
    throw new NoAccess(why, { cause })
  }
}
