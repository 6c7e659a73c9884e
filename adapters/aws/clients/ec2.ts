import { EC2Client } from '@aws-sdk/client-ec2'
import { type ClientSettings, considerate } from './settings.ts'

export const ec2 = (own: ClientSettings = {}) => new EC2Client({ ...considerate, ...own })
