import { describe, expect, it } from '@jest/globals'
import { serviceTemplate } from '../../../core/template/service.ts'
import { SAMPLE_STAGES } from '../../../scripts/sample-stages.ts'
import { sampleApp } from '../../apps/apps.ts'

type Sample = (typeof SAMPLE_STAGES)[0]
const [dev, , prod] = SAMPLE_STAGES as [Sample, Sample, Sample]
/** A service with all that a manifest can say of one. */
const shop = sampleApp(
  'shop',
  `requires: [platform]
resources: r.yml
services:
  web:
    source: apps/web
    port: 8080
    expose: {host: shop, port: 8101, path: /a/}
    env: {B: two, A: {GetAtt: Table.Arn}, STAGE: {Ref: Stage}}
    secrets: {OURS: own, KEY: "/secret/\${Table}/key", B2: /secret/b}
    permissions:
      - {actions: ["s3:GetObject"], resource: "arn:aws:s3:::x"}
      - {actions: ["dynamodb:Query"], resource: {Ref: Table}}
  job: {cpus: 1, replaceAfter: never}
`,
  {
    'r.yml': 'Resources: {Table: {Type: "AWS::DynamoDB::Table"}}',
    'web/consul.json': '{"name": "web", "port": 8080}',
  },
)
const TRUST = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
}
const template = serviceTemplate({ bundle: shop, service: 'web', stage: { ...prod, portListeners: true } })
/** No type that CloudFormation would look up with rights that nobody has. */
const id = (kind: string, text: string) => ({ ...string(text), AllowedPattern: `^${kind}-[0-9a-z-]+$` })
const string = (Description: string) => ({ Type: 'String', Description })
const job = serviceTemplate({ bundle: shop, service: 'job', stage: dev })
const properties = (id: string, of = template) => of.Resources[id]?.Properties ?? {}

describe('the stack of a service', () => {
  it('takes these parameters', () => {
    expect(template.Parameters).toEqual({
      CertificateArn: string('Certificate of the domain; empty for HTTP'),
      Domain: string('Domain of the public host names; empty when the stage has none'),
      GetAttTableArn: { Type: 'String' },
      HttpListenerArn: string('The listener that all host names share'),
      ImageId: id('ami', 'The AMI of the release'),
      LoadBalancerArn: string('The public load balancer'),
      PrivateSubnets: {
        ...id('subnet', 'Subnets of the instances, one per zone'),
        Type: 'CommaDelimitedList',
      },
      RefTable: { Type: 'String' },
      Release: string('Number of the release, a tag of the instances that start with it'),
      Stage: string('Name of the stage'),
      VpcId: id('vpc', 'The network of the stage'),
      WebGroup: { Type: 'String', AllowedPattern: '^sg-[0-9a-z-]+$' },
    })
  })

  it('gives its instances these permissions and no others', () => {
    expect(properties('Role')).toEqual({
      Description: 'Instances of nanofleet-prod-shop-web',
      Path: '/nanofleet/prod/apps/',
      PermissionsBoundary: {
        'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:policy/nanofleet-prod-apps-boundary`,
      },
      AssumeRolePolicyDocument: TRUST,
      Policies: [
        {
          PolicyName: 'manifest',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              { Effect: 'Allow', Action: ['s3:GetObject'], Resource: 'arn:aws:s3:::x' },
              { Effect: 'Allow', Action: ['dynamodb:Query'], Resource: { Ref: 'RefTable' } },
              {
                Effect: 'Allow',
                Action: ['ssm:GetParameters'],
                Resource: [
                  'secret/b',
                  `secret/\${RefTable}/key`,
                  'nanofleet-app-secrets/prod/shop/web/OURS',
                  'nanofleet-app-secrets/prod/shop/OURS',
                ].map((name) => ({
                  'Fn::Sub': `arn:\${AWS::Partition}:ssm:\${AWS::Region}:\${AWS::AccountId}:parameter/${name}`,
                })),
              },
            ],
          },
        },
      ],
    })
    expect(properties('InstanceProfile')).toEqual({ Path: '/nanofleet/prod/apps/', Roles: [{ Ref: 'Role' }] })
    expect(properties('Role', job)).not.toHaveProperty('Policies')
  })

  it('starts its instances so', () => {
    const { LaunchTemplateData, ...others } = properties('LaunchTemplate')
    const one = { CpuOptions: { CoreCount: 1, ThreadsPerCore: 1 } }
    expect(properties('LaunchTemplate', job).LaunchTemplateData).toMatchObject(one)
    expect(LaunchTemplateData).toEqual({
      ImageId: { Ref: 'ImageId' },
      InstanceType: 't3.micro',
      IamInstanceProfile: { Arn: { 'Fn::GetAtt': ['InstanceProfile', 'Arn'] } },
      SecurityGroupIds: [{ Ref: 'WebGroup' }],
      InstanceInitiatedShutdownBehavior: 'terminate',
      MetadataOptions: {
        HttpTokens: 'required',
        HttpPutResponseHopLimit: 1,
        InstanceMetadataTags: 'enabled',
      },
      UserData: {
        'Fn::Base64': {
          'Fn::Join': [
            '\r\n',
            [
              { 'Fn::Join': ['', ['A=', { Ref: 'GetAttTableArn' }]] },
              'B=two',
              { 'Fn::Join': ['', ['STAGE=', { Ref: 'Stage' }]] },
              {
                'Fn::Sub': `NANOFLEET_SECRETS=B2=/secret/b,KEY=/secret/\${RefTable}/key,OURS=/nanofleet-app-secrets/prod/shop/web/OURS|/nanofleet-app-secrets/prod/shop/OURS`,
              },
            ],
          ],
        },
      },
      TagSpecifications: [
        {
          ResourceType: 'instance',
          Tags: [
            { Key: 'Name', Value: 'nanofleet-prod-shop-web' },
            { Key: 'consulcloud', Value: 'service' },
            { Key: 'consulserviceconfig', Value: '/nanofleet/prod/shop/web/consul' },
            { Key: 'nanofleet:stage', Value: 'prod' },
            { Key: 'nanofleet:app', Value: 'shop' },
            { Key: 'nanofleet:service', Value: 'web' },
          ],
        },
        {
          ResourceType: 'volume',
          Tags: [
            { Key: 'Name', Value: 'nanofleet-prod-shop-web' },
            { Key: 'consulcloud', Value: 'service' },
            { Key: 'consulserviceconfig', Value: '/nanofleet/prod/shop/web/consul' },
            { Key: 'nanofleet:stage', Value: 'prod' },
            { Key: 'nanofleet:app', Value: 'shop' },
            { Key: 'nanofleet:service', Value: 'web' },
          ],
        },
      ],
    })
    expect(others).toEqual({
      LaunchTemplateName: 'nanofleet-prod-shop-web',
      TagSpecifications: [
        { ResourceType: 'launch-template', Tags: [{ Key: 'nanofleet:stage', Value: 'prod' }] },
      ],
    })
    expect(properties('LaunchTemplate', job).LaunchTemplateData).not.toHaveProperty('UserData')
  })

  it('keeps them in a group that is told by others how large it is', () => {
    expect(template.Resources.AutoScalingGroup).toEqual({
      Type: 'AWS::AutoScaling::AutoScalingGroup',
      DependsOn: ['PortListener', 'ListenerRule'],
      Properties: {
        AutoScalingGroupName: 'nanofleet-prod-shop-web',
        MinSize: '0',
        MaxSize: '100',
        LaunchTemplate: {
          LaunchTemplateId: { Ref: 'LaunchTemplate' },
          Version: { 'Fn::GetAtt': ['LaunchTemplate', 'LatestVersionNumber'] },
        },
        VPCZoneIdentifier: { Ref: 'PrivateSubnets' },
        HealthCheckType: 'EC2',
        HealthCheckGracePeriod: 0,
        TerminationPolicies: ['OldestLaunchTemplate', 'OldestInstance'],
        TargetGroupARNs: [{ Ref: 'TargetGroup' }],
        LifecycleHookSpecificationList: [
          {
            LifecycleHookName: 'drain',
            LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
            HeartbeatTimeout: 300,
            DefaultResult: 'CONTINUE',
          },
        ],
        Tags: [
          { Key: 'nanofleet:stage', Value: 'prod', PropagateAtLaunch: true },
          { Key: 'nanofleet:app', Value: 'shop', PropagateAtLaunch: true },
          { Key: 'nanofleet:service', Value: 'web', PropagateAtLaunch: true },
          { Key: 'nanofleet:release', Value: { Ref: 'Release' }, PropagateAtLaunch: true },
        ],
      },
    })
    expect(job.Resources.AutoScalingGroup).not.toHaveProperty('DependsOn')
    expect(properties('AutoScalingGroup', job)).not.toHaveProperty('TargetGroupARNs')
    expect(properties('AutoScalingGroup', job).Tags).toHaveProperty('4.Value', 'never')
  })

  it('tells what was made of it', () => {
    expect(template.Outputs).toEqual({
      AutoScalingGroupName: { Value: { Ref: 'AutoScalingGroup' } },
      LaunchTemplateId: { Value: { Ref: 'LaunchTemplate' } },
      LaunchTemplateVersion: { Value: { 'Fn::GetAtt': ['LaunchTemplate', 'LatestVersionNumber'] } },
      TargetGroupArn: { Value: { Ref: 'TargetGroup' } },
    })
    expect(job.Outputs).not.toHaveProperty('TargetGroupArn')
  })
})
