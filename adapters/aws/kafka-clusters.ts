import * as z from 'zod'
import { type AwsAccess, signedCall } from './signed-call.ts'

const Brokers = z.object({ bootstrapBrokerStringTls: z.string().min(1) })

/**
 * Where a cluster's brokers take clients with certificates ("GetBootstrapBrokers"); no attribute of the
 * template's resource has it.
 */
export const brokersOf =
  (access: AwsAccess) =>
  async (cluster: string): Promise<string> => {
    const path = `/v1/clusters/${encodeURIComponent(cluster)}/bootstrap-brokers`
    const answer = await signedCall(access, { service: 'kafka', method: 'GET', path })
    return Brokers.parse(answer).bootstrapBrokerStringTls
  }
