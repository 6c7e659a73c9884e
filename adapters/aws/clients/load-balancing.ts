import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { type ClientSettings, patient } from './settings.ts'

export const loadBalancing = (own: ClientSettings = {}) =>
  new ElasticLoadBalancingV2Client({ ...patient, ...own })
