import { STSClient } from '@aws-sdk/client-sts'
import { type ClientSettings, patient } from './settings.ts'

export const sts = (own: ClientSettings = {}) => new STSClient({ ...patient, ...own })
