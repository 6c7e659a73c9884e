import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { type ClientSettings, patient } from './settings.ts'

export const logs = (own: ClientSettings = {}) => new CloudWatchLogsClient({ ...patient, ...own })
