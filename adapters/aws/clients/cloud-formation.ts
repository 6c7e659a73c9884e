import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { type ClientSettings, patient } from './settings.ts'

export const cloudFormation = (own: ClientSettings = {}) => new CloudFormationClient({ ...patient, ...own })
