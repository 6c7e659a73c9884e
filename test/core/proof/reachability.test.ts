import { describe, expect, it } from '@jest/globals'
import type { Resource, Template } from '../../../core/base/cloudformation.ts'
import { appStack, PLATFORM } from '../../../core/base/names.ts'
import { SAMPLE_STAGES } from '../../../scripts/sample-stages.ts'
import { repositoryApps } from '../../apps/apps.ts'
import { studio } from '../../apps/studio.ts'
import { type Compiled, compile, missing } from './compiled-network.ts'

/** Resources whose only purpose is that packets get from one place to another. */
const EDGES = [
  'AWS::EC2::EIP',
  'AWS::EC2::NatGateway',
  'AWS::EC2::Route',
  'AWS::EC2::SecurityGroupEgress',
  'AWS::EC2::SecurityGroupIngress',
  'AWS::EC2::SubnetRouteTableAssociation',
  'AWS::EC2::VPCEndpoint',
  'AWS::EC2::VPCGatewayAttachment',
  'AWS::ElasticLoadBalancingV2::Listener',
  'AWS::ElasticLoadBalancingV2::ListenerRule',
  'AWS::ElasticLoadBalancingV2::LoadBalancer',
  'AWS::ElasticLoadBalancingV2::TargetGroup',
]

/** Lists inside resources whose entries are edges of their own. */
const MEMBERSHIPS = ['RouteTableIds', 'SubnetMappings', 'TargetGroupARNs', 'VPCZoneIdentifier']

interface Edge {
  name: string
  stack: string
  without: Template
}

function edgesOf(compiled: Compiled, holds: (condition: string) => boolean): Edge[] {
  return [...compiled].flatMap(([stack, template]) =>
    Object.entries(template.Resources).flatMap(([id, resource]) => {
      if (resource.Condition !== undefined && !holds(resource.Condition)) return []
      const variants = EDGES.includes(resource.Type) ? [{ name: id, changed: undefined }] : []
      return [...variants, ...memberships(id, resource), ...inlineRules(id, resource)].map(
        ({ name, changed }) => ({
          name: `${stack} ${name}`,
          stack,
          without: { ...template, Resources: replaced(template.Resources, id, changed) },
        }),
      )
    }),
  )
}

function replaced(resources: Record<string, Resource>, id: string, changed: Resource | undefined) {
  const { [id]: _deleted, ...others } = resources
  return changed ? { ...others, [id]: changed } : others
}

function memberships(id: string, resource: Resource) {
  return MEMBERSHIPS.filter((list) => Array.isArray(resource.Properties?.[list])).flatMap((list) => {
    const entries = resource.Properties?.[list] as unknown[]
    return entries.map((_entry, index) => ({
      name: `${id}.${list}.${index}`,
      changed: { ...resource, Properties: { ...resource.Properties, [list]: entries.toSpliced(index, 1) } },
    }))
  })
}

function inlineRules(id: string, resource: Resource) {
  return ['SecurityGroupIngress', 'SecurityGroupEgress'].flatMap((list) => {
    const rules = (resource.Properties?.[list] ?? []) as Record<string, unknown>[]
    return rules.flatMap(({ CidrIp }, index) =>
      // The rule for this address opens nothing: it keeps the default rule away.
      CidrIp === '127.0.0.1/32'
        ? []
        : [
            {
              name: `${id}.${list}.${index}`,
              changed: {
                ...resource,
                Properties: { ...resource.Properties, [list]: rules.toSpliced(index, 1) },
              },
            },
          ],
    )
  })
}

const platformFirst = <T extends { manifest: { app: string } }>(apps: T[]): T[] =>
  apps.toSorted((a, b) => Number(b.manifest.app === PLATFORM) - Number(a.manifest.app === PLATFORM))

describe.each(SAMPLE_STAGES.map((stage) => [stage.name, stage] as const))(
  'network of stage %s',
  (_name, stage) => {
    it('gives every required path', async () => {
      const apps = platformFirst([...(await repositoryApps()), studio()])
      expect(missing(compile(stage, apps), stage, apps)).toEqual([])
    })

    it('misses a path as soon as any one edge is deleted', async () => {
      const domain = stage.domain !== undefined
      const secure = domain && stage.certificateArn !== undefined
      const holds = (condition: string) =>
        ({ HasDomain: domain, HasCertificate: secure, IsPlain: domain && !secure })[condition] ?? true
      const [platform, ...others] = platformFirst(await repositoryApps())
      if (!platform) throw new Error('no platform')
      const tried = [studio(), ...others].map(async (app, index) => {
        // Nothing in one app's stacks is for another app; the network and the platform are tried with the
        // first.
        const apps = [platform, app]
        const compiled = compile(stage, apps)
        const own = (stack: string) => index === 0 || stack.startsWith(appStack(stage.name, app.manifest.app))
        const edges = edgesOf(compiled, holds).filter(({ stack }) => own(stack))
        const unnoticed = edges.filter(
          ({ stack, without }) => missing(new Map(compiled).set(stack, without), stage, apps).length === 0,
        )
        return { edges: edges.length, unnoticed: unnoticed.map(({ name }) => name) }
      })
      const results = await Promise.all(tried)
      expect(results.flatMap(({ unnoticed }) => unnoticed)).toEqual([])
      expect(results.every(({ edges }) => edges > 3)).toBe(true)
      expect(results[0]?.edges).toBeGreaterThan(60)
    })
  },
)

describe('a missing path', () => {
  it.each([
    [
      'nanofleet-dev-studio',
      'DbIngressFromMasterTcp8001',
      'nanofleet-dev-studio-master -> nanofleet-dev-studio-db tcp 8001: no rule lets tcp 8001 into nanofleet-dev-studio/DbSecurityGroup',
    ],
    [
      'nanofleet-dev-platform',
      'NatGateway',
      'nanofleet-dev-studio-db -> AWS APIs: no NAT gateway is on the default route of nanofleet-dev/PrivateSubnetA',
    ],
    [
      'nanofleet-dev-platform',
      'ResolverListener',
      'nanofleet-dev-studio-db -> names at 10.77.0.10, 10.77.16.10, 10.77.32.10: nanofleet-dev-platform/NetworkLoadBalancer has no TCP_UDP listener on port 53',
    ],
    [
      'nanofleet-dev-studio-master',
      'PortListener',
      'internet -> nanofleet-dev-studio-master through port 8101: no load balancer listens on 8101',
    ],
    [
      'nanofleet-dev',
      'InternetGatewayAttachment',
      'internet -> nanofleet-dev-studio-master through port 8101: no internet gateway is on the default route of nanofleet-dev/PublicSubnetA',
    ],
    [
      'nanofleet-dev',
      'PrivateRoutesOfB',
      'nanofleet-dev-studio-db -> dynamodb: nanofleet-dev/PrivateSubnetB has no route table',
    ],
  ])('says what is missing: %s %s', async (stack, id, sentence) => {
    const [stage] = SAMPLE_STAGES
    if (!stage) throw new Error('no stage')
    const apps = platformFirst([...(await repositoryApps()), studio()])
    const compiled = compile(stage, apps)
    const template = compiled.get(stack)
    if (!template) throw new Error(`no ${stack}`)
    compiled.set(stack, { ...template, Resources: replaced(template.Resources, id, undefined) })
    expect(missing(compiled, stage, apps)).toContain(sentence)
  })
})
