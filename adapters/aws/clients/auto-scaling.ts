import { AutoScalingClient } from '@aws-sdk/client-auto-scaling'
import { type ClientSettings, patient } from './settings.ts'

export const autoScaling = (own: ClientSettings = {}) => new AutoScalingClient({ ...patient, ...own })
