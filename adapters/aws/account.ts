import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { ServiceFailure } from '../../core/base/errors.ts'
import { partitionOf } from '../../core/base/partition.ts'
import { awsProblem, REFUSED_KEY } from './aws-problem.ts'

/** AWS refuses the credentials, or nothing answers there; the message names the place and the remedy. */
export class NoAccess extends ServiceFailure {}

/**
 * The number of the account that the credentials belong to.
 * @param place the endpoint's name in a message, such as `AWS in eu-west-1`
 * @param elsewhere asked about credentials that the region refuses
 * @throws {NoAccess} when there are no credentials, they are refused or nothing answers
 */
export async function accountId(sts: STSClient, place?: string, elsewhere = everywhere): Promise<string> {
  try {
    return await ask(sts)
  } catch (cause) {
    const why = awsProblem(cause, place) ?? `AWS does not tell the account: ${String(cause)}`
    const closed = cause instanceof Error && REFUSED_KEY.test(cause.name) && (await whyHere(sts, elsewhere))
    throw new NoAccess(closed || why, { cause })
  }
}

const ask = async (sts: STSClient): Promise<string> =>
  (await sts.send(new GetCallerIdentityCommand({}))).Account ?? ''

/**
 * A region that an account has not enabled answers as if the credentials were wrong, with
 * InvalidClientTokenId, AuthFailure or UnrecognizedClientException; so another place is asked about them.
 */
async function whyHere(sts: STSClient, elsewhere: typeof everywhere): Promise<string | undefined> {
  const region = await sts.config.region()
  const { name } = partitionOf(region)
  if (name !== 'aws')
    return `AWS in ${region} does not accept the credentials; ${name} has accounts of its own, and those of other partitions are unknown there`
  try {
    const account = await ask(elsewhere(sts))
    return `The region ${region} is not enabled in the account ${account}; enable it in the account's settings under "AWS Regions", or name another one with --region`
  } catch {
    return undefined
  }
}

/** The endpoint of all regions, which knows every account of the partition `aws`. */
const everywhere = (sts: STSClient): STSClient =>
  new STSClient({ region: 'aws-global', credentials: sts.config.credentials })
