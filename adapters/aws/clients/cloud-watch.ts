import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { type ClientSettings, patient } from './settings.ts'

export const cloudWatch = (own: ClientSettings = {}) => new CloudWatchClient({ ...patient, ...own })
