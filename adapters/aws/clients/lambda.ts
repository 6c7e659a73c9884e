import { LambdaClient } from '@aws-sdk/client-lambda'
import { type ClientSettings, patient } from './settings.ts'

export const lambda = (own: ClientSettings = {}) => new LambdaClient({ ...patient, ...own })
