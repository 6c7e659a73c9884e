import { describe, expect, it } from '@jest/globals'
import type { AppBundle } from '../../../core/base/bundle.ts'
import { InvalidInput } from '../../../core/base/errors.ts'
import { controlStack, PLATFORM } from '../../../core/base/names.ts'
import { refuseMissingPaths } from '../../../core/proof/network-proof.ts'
import { parsedApp } from '../../../core/template/parsed-app.ts'
import { DEV_STAGE as stage } from '../../../scripts/sample-stages.ts'
import { repositoryApps, sampleApp } from '../../apps/apps.ts'
import { studio } from '../../apps/studio.ts'
import { compile, templatesOf } from './compiled-network.ts'

const [platform] = (await repositoryApps()).filter(({ manifest }) => manifest.app === PLATFORM)
if (!platform) throw new Error('no platform')

/** Proves the app's paths on the templates of the stage without one resource, or with all. */
function prove(app: AppBundle, others: AppBundle[], without?: [stack: string, id: string]): void {
  const bundles = app === platform ? [platform, ...others] : [platform as AppBundle, app]
  const compiled = compile(stage, bundles)
  if (without) {
    const [stack, id] = without
    const template = compiled.get(stack)
    if (!template?.Resources[id]) throw new Error(`no ${id} in ${stack}`)
    const { [id]: _gone, ...Resources } = template.Resources
    compiled.set(stack, { ...template, Resources })
  }
  const control = compiled.get(controlStack(stage.name))
  refuseMissingPaths({
    stage,
    app,
    ...(control && { control }),
    compiled: bundles.map((bundle) => templatesOf(compiled, stage, bundle)),
    paths: app === platform ? bundles.map((bundle) => parsedApp(bundle)) : [parsedApp(app)],
  })
}

describe('a deployment', () => {
  it.each([
    [
      'a rule of its own',
      'nanofleet-dev-studio',
      'DbIngressFromMasterTcp8001',
      'no rule lets tcp 8001 into nanofleet-dev-studio/DbSecurityGroup; correct images/studio/resources.yml, push the app and deploy it again',
    ],
    [
      'a listener of its own',
      'nanofleet-dev-studio-master',
      'PortListener',
      'no load balancer listens on 8101; correct images/studio/resources.yml, push the app and deploy it again',
    ],
    [
      'the way out',
      'nanofleet-dev-platform',
      'NatGateway',
      'no NAT gateway is on the default route of nanofleet-dev/PrivateSubnetA; deploy platform again, then this',
    ],
    [
      'the listener for names',
      'nanofleet-dev-platform',
      'ResolverListener',
      'nanofleet-dev-platform/NetworkLoadBalancer has no TCP_UDP listener on port 53; deploy platform again, then this',
    ],
    [
      'the way in',
      'nanofleet-dev',
      'InternetGatewayAttachment',
      'no internet gateway is on the default route of nanofleet-dev/PublicSubnetA; deploy the control plane again',
    ],
    [
      'a route table',
      'nanofleet-dev',
      'PrivateRoutesOfB',
      'nanofleet-dev/PrivateSubnetB has no route table; deploy the control plane again',
    ],
  ])('is refused without %s', (_what, stack, id, sentence) => {
    const refused = () => prove(studio(), [], [stack, id])
    expect(refused).toThrow(InvalidInput)
    expect(refused).toThrow(/^network of studio: /)
    expect(refused).toThrow(sentence)
  })

  it('goes on when no path is missing', () => {
    expect(() => prove(studio(), [])).not.toThrow()
    expect(() => prove(platform, [studio()])).not.toThrow()
  })

  it('of a platform is refused when a deployed app would lose a path', () => {
    expect(() => prove(platform, [], [`nanofleet-dev-platform`, 'ResolverListener'])).not.toThrow()
    expect(() => prove(platform, [studio()], [`nanofleet-dev-platform`, 'ResolverListener'])).toThrow(
      'network of platform: nanofleet-dev-studio-db -> names at 10.77.0.10, 10.77.16.10, 10.77.32.10: nanofleet-dev-platform/NetworkLoadBalancer has no TCP_UDP listener on port 53; correct images/platform/resources.yml, push the app and deploy it again',
    )
  })

  it('of an app without resources is repaired in its app.yml', () => {
    const plain = sampleApp('plain', 'services:\n  web: {port: 8080, needs: [db]}\n  db: {port: 9000}\n')
    expect(() => prove(plain, [], ['nanofleet-dev-plain', 'DbIngressFromWebTcp9000'])).toThrow(
      'correct images/plain/app.yml, push the app and deploy it again',
    )
    expect(() => prove(plain, [], ['nanofleet-dev-platform-consul', 'AutoScalingGroup'])).toThrow(
      'deploy platform again, then this',
    )
  })

  it('may have other resources beside its paths, and load balancers of its own', () => {
    const own = sampleApp(
      'own',
      `resources: r.yml
services:
  web: {port: 8080, expose: {port: 8101}, env: {NAME: {GetAtt: Other.DNSName}}}
`,
      {
        'r.yml': `
Mappings: {Sizes: {small: {count: 1}}}
Conditions: {Never: !Equals [!FindInMap [Sizes, small, count], '2']}
Resources:
  Other:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties:
      Subnets: !Ref PrivateSubnets
      Name: !Join ['-', [!Select [0, !Split ['.', a.b]], !ImportValue x, !Sub ['\${A}', {A: !GetAtt Other.DNSName}]]]
  Mine:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref Other
      Port: 8101
      Protocol: TCP
      DefaultActions: [!If [Never, {Type: forward}, !Ref 'AWS::NoValue']]
  Names:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: !Split [',', !Join [',', !GetAtt Other.SecurityGroups]]
      FifoTopic: {'Fn::Length': [1, 2]}
`,
      },
    )
    expect(() => prove(own, [])).not.toThrow()
    expect(() => prove(own, [], ['nanofleet-dev-own-web', 'PortListener'])).toThrow(
      'network of own: internet -> nanofleet-dev-own-web through port 8101: no load balancer listens on 8101; correct images/own/r.yml',
    )
  })
})
