import { SSMClient } from '@aws-sdk/client-ssm'
import { type ClientSettings, considerate } from './settings.ts'

export const ssm = (own: ClientSettings = {}) => new SSMClient({ ...considerate, ...own })
