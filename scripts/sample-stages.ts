import type { Stage } from '../core/base/stage.ts'

/** A stage such as `serverless deploy --stage dev` creates. */
export const DEV_STAGE: Stage = {
  name: 'dev',
  region: 'eu-west-1',
  account: '123456789012',
  bucket: 'nanofleet-dev-123456789012',
  table: 'nanofleet-dev',
  vpcId: 'vpc-1',
  vpcCidr: '10.77.0.0/16',
  zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
  privateSubnets: ['subnet-a', 'subnet-b', 'subnet-c'],
  privateCidrs: ['10.77.0.0/20', '10.77.16.0/20', '10.77.32.0/20'],
  publicSubnets: ['subnet-d', 'subnet-e', 'subnet-f'],
  privateRouteTables: ['rtb-a', 'rtb-b', 'rtb-c'],
  publicRouteTable: 'rtb-public',
  consulFunctionGroup: 'sg-consul',
  proxyFunctionGroup: 'sg-proxy',
  packager: 'ops',
  architecture: 'x86_64',
  portListeners: true,
  accessLogs: true,
  deletionProtection: false,
}

/** A stage with only ports, one like the local region, and one with host names over HTTPS. */
export const SAMPLE_STAGES: Stage[] = [
  DEV_STAGE,
  { ...DEV_STAGE, name: 'local', packager: 'process', domain: 'localhost' },
  {
    ...DEV_STAGE,
    name: 'prod',
    domain: 'example.com',
    certificateArn: 'arn:aws:acm:::certificate/1',
    portListeners: false,
    consulUiSources: ['192.0.2.0/24'],
    deletionProtection: true,
    webAclArn: 'arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/shop/1',
  },
]
