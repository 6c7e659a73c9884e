import { SQSClient } from '@aws-sdk/client-sqs'
import { type ClientSettings, patient } from './settings.ts'

export const sqs = (own: ClientSettings = {}) => new SQSClient({ ...patient, ...own })
