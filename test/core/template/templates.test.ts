import { describe, expect, it } from '@jest/globals'
import { canonicalJson } from '../../../core/base/canonical.ts'
import type { Template } from '../../../core/base/cloudformation.ts'
import { InvalidInput, NotFound } from '../../../core/base/errors.ts'
import { appTemplate } from '../../../core/template/app.ts'
import { parsedApp } from '../../../core/template/parsed-app.ts'
import { serviceTemplate } from '../../../core/template/service.ts'
import { SAMPLE_STAGES } from '../../../scripts/sample-stages.ts'
import { repositoryApps, sampleApp } from '../../apps/apps.ts'
import { studio } from '../../apps/studio.ts'

const [dev, local, prod] = SAMPLE_STAGES as [
  (typeof SAMPLE_STAGES)[0],
  (typeof SAMPLE_STAGES)[0],
  (typeof SAMPLE_STAGES)[0],
]
const bundle = studio()
const own = (of = bundle, stage = dev) => appTemplate(parsedApp(of), stage)
const service = (name: string, stage = dev) => serviceTemplate({ bundle, service: name, stage })
const properties = (template: Template, id: string): Record<string, unknown> =>
  template.Resources[id]?.Properties ?? {}

describe('an app template', () => {
  const template = own()
  const rules = (type: string) =>
    Object.entries(template.Resources).flatMap(([id, { Type }]) => (Type.endsWith(type) ? [id] : []))

  it('opens what is needed, exposed and checked, and nothing else', () => {
    expect(rules('SecurityGroupIngress').sort()).toEqual([
      'AdminIngressFromLoadBalancerTcp8004',
      'AdminIngressFromProxyFunctionTcp8004',
      'DbIngressFromConsulFunctionTcp8001',
      'DbIngressFromConsulTcp8001',
      'DbIngressFromMasterTcp8001',
      'DbIngressFromProxyFunctionTcp8001',
      'LoadBalancerIngressFromInternetTcp8101',
      'LoadBalancerIngressFromInternetTcp8102',
      'MasterIngressFromConsulFunctionTcp8003',
      'MasterIngressFromConsulTcp8003',
      'MasterIngressFromLoadBalancerTcp8003',
      'MasterIngressFromProxyFunctionTcp8003',
      'MasterIngressFromWorkerTcp8003',
      'StorageIngressFromConsulFunctionTcp8012',
      'StorageIngressFromConsulTcp8012',
      'StorageIngressFromMasterTcp8002',
      'StorageIngressFromProxyFunctionTcp8002',
      'WorkerIngressFromConsulFunctionUdp8013',
      'WorkerIngressFromConsulUdp8013',
    ])
  })

  it('lets every group out only by rules of its own', () => {
    for (const { Type, Properties } of Object.values(template.Resources)) {
      if (Type !== 'AWS::EC2::SecurityGroup') continue
      expect(Properties?.SecurityGroupEgress).toEqual([expect.objectContaining({ CidrIp: '127.0.0.1/32' })])
    }
  })

  it('hands on what the environment and the permissions of its services refer to', () => {
    expect(template.Outputs).toMatchObject({
      RefTasks: { Value: { Ref: 'Tasks' } },
      GetAttTasksArn: { Value: { 'Fn::GetAtt': ['Tasks', 'Arn'] } },
      GetAttPhotosArn: { Value: { 'Fn::GetAtt': ['Photos', 'Arn'] } },
      MasterGroup: { Value: { 'Fn::GetAtt': ['MasterSecurityGroup', 'GroupId'] } },
    })
  })

  it('refuses resources that take a name it needs', () => {
    const clash = sampleApp('a', 'resources: r.yml\nservices:\n  web: {}\n', {
      'r.yml': 'Resources:\n  WebSecurityGroup: {Type: "AWS::S3::Bucket"}\n',
    })
    expect(() => own(clash)).toThrow(
      new InvalidInput(
        'images/a: Resources.WebSecurityGroup of the resources',
        'is a name that the generated template needs',
        'choose another name',
      ),
    )
  })

  it('carries the mappings, conditions and parameters of the app over, and declares what its conditions name', () => {
    const parts = {
      Parameters: { Size: { Type: 'Number', Default: '3' } },
      Mappings: { Sizes: { small: { count: 1 } } },
      Conditions: { IsProd: { 'Fn::Equals': [{ Ref: 'Size' }, '3'] } },
    }
    const app = sampleApp('a', 'resources: r.yml\nservices:\n  web: {}\n', { 'r.yml': JSON.stringify(parts) })
    expect(own(app)).toMatchObject(parts)
    expect(Object.keys(own(sampleApp('b', 'services:\n  web: {}\n')))).toEqual([
      'AWSTemplateFormatVersion',
      'Description',
      'Parameters',
      'Resources',
      'Outputs',
    ])
  })

  it('opens no listener port in public when the stage has none', () => {
    const text = JSON.stringify(own(bundle, prod))
    expect(text).not.toContain('LoadBalancerIngressFromInternet')
  })
})

describe('a service template', () => {
  it('leaves the size of its group alone and starts it empty', () => {
    const group = properties(service('master'), 'AutoScalingGroup')
    expect(group).toMatchObject({ MinSize: '0', MaxSize: '100', HealthCheckType: 'EC2' })
    expect(group).not.toHaveProperty('DesiredCapacity')
  })

  it('pins the version of the launch template', () => {
    expect(properties(service('master'), 'AutoScalingGroup').LaunchTemplate).toMatchObject({
      Version: { 'Fn::GetAtt': ['LaunchTemplate', 'LatestVersionNumber'] },
    })
  })

  it('passes the late environment as lines of user data', () => {
    const data = properties(service('master'), 'LaunchTemplate').LaunchTemplateData
    expect(data).toMatchObject({
      UserData: {
        'Fn::Base64': {
          'Fn::Join': [
            '\r\n',
            [
              'MODE=demo',
              { 'Fn::Join': ['', ['TASKS_ARN=', { Ref: 'GetAttTasksArn' }]] },
              { 'Fn::Join': ['', ['TASKS_TABLE=', { Ref: 'RefTasks' }]] },
            ],
          ],
        },
      },
    })
  })

  it('passes one line of environment, too', () => {
    const app = sampleApp('a', 'services:\n  web: {env: {MODE: demo}}\n')
    const template = serviceTemplate({ bundle: app, service: 'web', stage: dev })
    expect(properties(template, 'LaunchTemplate').LaunchTemplateData).toMatchObject({
      UserData: { 'Fn::Base64': { 'Fn::Join': ['\r\n', ['MODE=demo']] } },
    })
  })

  it('gives the role what the manifest permits', () => {
    expect(properties(service('storage'), 'Role').Policies).toEqual([
      {
        PolicyName: 'manifest',
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Action: ['s3:GetObject'],
              Resource: { 'Fn::Sub': `${'$'}{GetAttPhotosArn}/*` },
            },
          ],
        },
      },
    ])
    expect(properties(service('db'), 'Role')).not.toHaveProperty('Policies')
  })

  it.each([
    ['no klib', {}, 'required'],
    ['the klib cloudwatch, which asks without a token', { Klibs: ['tls', 'cloudwatch'] }, 'optional'],
  ])('asks for metadata tokens as the image allows: %s', (_klib, config, tokens) => {
    const db = { ...bundle.services.db, config, definition: null, source: 'a' }
    const template = serviceTemplate({ bundle: { ...bundle, services: { db } }, service: 'db', stage: dev })
    expect(properties(template, 'LaunchTemplate').LaunchTemplateData).toMatchObject({
      MetadataOptions: { HttpTokens: tokens },
    })
  })

  it('marks the instances, with their definition when they have one', () => {
    const tags = (name: string) => JSON.stringify(properties(service(name), 'LaunchTemplate'))
    expect(tags('db')).toContain('{"Key":"consulserviceconfig","Value":"/nanofleet/dev/studio/db/consul"}')
    expect(tags('admin')).not.toContain('consulserviceconfig')
  })

  it('gives Consul servers their mark and their place behind the resolver addresses', async () => {
    const platform = (await repositoryApps()).find(({ manifest }) => manifest.app === 'platform')
    if (!platform) throw new Error('no platform')
    const template = serviceTemplate({ bundle: platform, service: 'consul', stage: dev })
    expect(JSON.stringify(template)).toContain('{"Key":"consulcloud","Value":"consulserver"}')
    expect(properties(template, 'AutoScalingGroup').TargetGroupARNs).toEqual([{ Ref: 'ResolverTargetsArn' }])
  })

  it.each([
    ['dev', dev, ['PortListener']],
    ['local', local, ['PortListener', 'ListenerRule']],
    ['prod', prod, ['ListenerRule']],
  ])('is exposed as stage %s serves', (_name, stage, ways) => {
    const template = service('master', stage)
    expect(['PortListener', 'ListenerRule'].filter((id) => id in template.Resources)).toEqual(ways)
    expect(template.Resources.AutoScalingGroup?.DependsOn).toEqual(ways)
  })

  it("leads to Consul's user interface over HTTPS for the addresses that the stage names, else not at all", async () => {
    const platform = (await repositoryApps()).find(({ manifest }) => manifest.app === 'platform')
    if (!platform) throw new Error('no platform')
    const template = (stage = prod) => serviceTemplate({ bundle: platform, service: 'consul', stage })
    const { Conditions, ListenerArn } = properties(template(), 'ListenerRule')
    expect(ListenerArn).toEqual({ Ref: 'HttpListenerArn' })
    expect(Conditions).toEqual([
      { Field: 'host-header', HostHeaderConfig: { Values: [{ 'Fn::Sub': `consul.\${Domain}` }] } },
      { Field: 'source-ip', SourceIpConfig: { Values: ['192.0.2.0/24'] } },
    ])
    expect(properties(template(), 'TargetGroup')).toMatchObject({
      Protocol: 'HTTPS',
      Port: 8501,
      HealthCheckProtocol: 'HTTPS',
    })
    const { consulUiSources: _sources, ...nobody } = prod
    const { certificateArn: _certificate, ...plain } = prod
    for (const stage of [dev, local, nobody, plain]) {
      expect(Object.keys(template(stage).Resources)).not.toContain('ListenerRule')
      const rules = Object.keys(own(platform, stage).Resources)
      expect(rules).not.toContain('ConsulIngressFromLoadBalancerTcp8501')
    }
    expect(Object.keys(own(platform, prod).Resources)).toContain('ConsulIngressFromLoadBalancerTcp8501')
  })

  it('asks deeper paths of a host first', () => {
    const priority = (name: string) => Number(properties(service(name, prod), 'ListenerRule').Priority)
    expect(priority('admin')).toBeLessThan(priority('master'))
  })

  it('knows only services of the app', () => {
    expect(() => service('wbe')).toThrow(NotFound)
  })
})

describe('templates', () => {
  it('do not depend on the order in which the manifest names things', () => {
    const reversed = <T>(record: Record<string, T>) => Object.fromEntries(Object.entries(record).reverse())
    const turned = {
      ...bundle,
      manifest: { ...bundle.manifest, services: reversed(bundle.manifest.services) },
      services: reversed(bundle.services),
    }
    expect(canonicalJson(own(turned))).toBe(canonicalJson(own()))
  })

  it('fit into one request to CloudFormation', () => {
    // 51,200 bytes, from "CloudFormation quotas"; more would have to lie in a bucket.
    expect(JSON.stringify(own()).length).toBeLessThan(51_200)
  })
})
