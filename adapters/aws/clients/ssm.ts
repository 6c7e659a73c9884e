import { SSMClient } from '@aws-sdk/client-ssm'
import { type ClientSettings, considerate } from './settings.ts'

export const ssm = (own: ClientSettings = {}) => new SSMClient({ ...considerate, ...own })

/** For the function inside the VPC: without a way out it says so in seconds, and its own time is not over. */
export const nearSsm = () =>
  new SSMClient({
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 2000, requestTimeout: 3000, throwOnRequestTimeout: true },
  })
