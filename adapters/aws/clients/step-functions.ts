import { SFNClient } from '@aws-sdk/client-sfn'
import { type ClientSettings, patient } from './settings.ts'

export const stepFunctions = (own: ClientSettings = {}) => new SFNClient({ ...patient, ...own })
