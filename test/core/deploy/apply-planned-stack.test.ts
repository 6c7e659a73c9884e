import { beforeEach, describe, expect, it } from '@jest/globals'
import type { AppBundle } from '../../../core/base/bundle.ts'
import { references, type Template } from '../../../core/base/cloudformation.ts'
import { NotFound } from '../../../core/base/errors.ts'
import { applyPlannedStack, type StackRequest } from '../../../core/deploy/apply-planned-stack.ts'
import { appTemplate } from '../../../core/template/app.ts'
import { parsedApp } from '../../../core/template/parsed-app.ts'
import { sampleApp } from '../../apps/apps.ts'
import { MemoryStacks } from '../../support/memory-stacks.ts'
import { stage } from '../../support/stage.ts'

const shop = sampleApp(
  'shop',
  'requires: [platform]\nservices:\n  web: {port: 8080, needs: [db]}\n  db: {port: 8081}\n',
)
const before = sampleApp(
  'shop',
  'requires: [platform]\nservices:\n  web: {port: 8080, needs: [db, old]}\n  db: {port: 8081}\n  old: {port: 8082}\n',
)
const platform = sampleApp('platform', 'services:\n  nat: {}\n')
const PLATFORM_OUTPUTS = {
  ConsulGroup: 'sg-consul',
  LoadBalancerGroup: 'sg-lb',
  LoadBalancerArn: 'arn',
  HttpListenerArn: 'arn',
}

let stacks: MemoryStacks
beforeEach(() => {
  stacks = new MemoryStacks()
})

const input = (name: string, template: Template, tags: Record<string, string> = {}) => ({
  name: `nanofleet-dev-${name}`,
  template: JSON.stringify(template),
  parameters: {},
  tags: { 'nanofleet:stage': 'dev', ...tags },
})
const outputs = (values: Record<string, string>): Template => ({
  AWSTemplateFormatVersion: '2010-09-09',
  Description: '',
  Resources: {},
  Outputs: Object.fromEntries(Object.entries(values).map(([name, Value]) => [name, { Value }])),
})
const standPlatform = () => stacks.stand(input('platform', outputs(PLATFORM_OUTPUTS)), 'CREATE_COMPLETE')

async function apply(
  request: Partial<StackRequest>,
  removed: string[] = [],
  bundle: AppBundle = shop,
  data: { stays?: string[]; losses?: { name: string }[] } = {},
) {
  const { app } = bundle.manifest
  const services = { web: { imageId: 'ami-1' }, nat: { imageId: 'ami-2' } }
  const plans = new Map<string, unknown>([
    ['run deploy', { app, bundle: 'b1', release: 7, removed, services, stays: [], losses: [], ...data }],
  ])
  return await applyPlannedStack(
    {
      stage,
      stacks,
      bundles: {
        read: async (name, digest) =>
          name === app && digest === 'b1' ? parsedApp(bundle) : (undefined as never),
      },
      runs: { read: async (execution, name) => plans.get(`${execution} ${name}`) },
      brokers: async () => '10.0.0.11:9094',
    },
    { plan: { execution: 'run', name: 'deploy' }, ...request },
  )
}
const resources = (name: string) =>
  Object.keys((JSON.parse(stacks.templates.get(`nanofleet-dev-${name}`) ?? '{}') as Template).Resources)

describe('one stack of a plan', () => {
  it('is created for the app, with its marks', async () => {
    standPlatform()
    expect(await apply({ step: 'final' })).toMatchObject({
      stack: 'nanofleet-dev-shop',
      next: 'wait',
      until: 'ready',
    })
    expect(stacks.views.get('nanofleet-dev-shop')).toMatchObject({
      tags: { 'nanofleet:stage': 'dev', 'nanofleet:app': 'shop' },
      parameters: { VpcId: 'vpc-1' },
    })
    expect(resources('shop')).toContain('WebSecurityGroup')
  })

  it('is created for a service, with the image and what the stacks before it give', async () => {
    standPlatform()
    stacks.stand(input('shop', outputs({ WebGroup: 'sg-web' })), 'CREATE_COMPLETE')
    await apply({ service: 'web' })
    expect(stacks.views.get('nanofleet-dev-shop-web')).toMatchObject({
      tags: { 'nanofleet:stage': 'dev', 'nanofleet:app': 'shop', 'nanofleet:service': 'web' },
      parameters: { ImageId: 'ami-1', Release: '7', WebGroup: 'sg-web' },
    })
  })

  it('gets what the stack of the platform gives', async () => {
    standPlatform()
    const open = sampleApp(
      'shop',
      'requires: [platform]\nservices:\n  web: {port: 8080, expose: {host: web, port: 8101}}\n',
    )
    await apply({ step: 'final' }, [], open)
    expect(stacks.views.get('nanofleet-dev-shop')?.parameters).toMatchObject({
      LoadBalancerGroup: 'sg-lb',
    })
  })

  it('takes nothing from a platform stack when it is the platform itself', async () => {
    stacks.stand(input('platform', outputs({ NatGroup: 'sg-nat' })), 'CREATE_COMPLETE')
    await apply({ service: 'nat' }, [], platform)
    expect(stacks.views.get('nanofleet-dev-platform-nat')?.parameters).toMatchObject({ NatGroup: 'sg-nat' })
  })

  it('is refused while the platform is missing, and for a service that the plan does not have', async () => {
    await expect(apply({ service: 'db' })).rejects.toThrow(new NotFound('shop: the plan has no service db'))
    await expect(apply({ service: 'web' })).rejects.toThrow(NotFound)
  })

  it('keeps the groups of services that go until they are gone, with every rule that names them', async () => {
    standPlatform()
    const compiled = appTemplate(parsedApp(before), stage)
    const standing = { ...compiled, Resources: { ...compiled.Resources, Gone: { Type: 'AWS::SNS::Topic' } } }
    const leaving = Object.keys(standing.Resources).filter((id) => /Old/.test(id))
    expect(leaving).toEqual(
      expect.arrayContaining(['OldSecurityGroup', 'WebEgressToOldTcp8082', 'OldIngressFromWebTcp8082']),
    )
    stacks.stand(input('shop', standing), 'CREATE_COMPLETE')
    await apply({ step: 'transition' }, ['old'])
    expect(resources('shop')).toEqual(
      expect.arrayContaining([...leaving, 'WebSecurityGroup', 'WebEgressToDbTcp8081']),
    )
    expect(resources('shop')).not.toContain('Gone')
    stacks.stand(input('shop', standing), 'CREATE_COMPLETE')
    await apply({ step: 'final' }, ['old'])
    expect(resources('shop').filter((id) => /Old/.test(id))).toEqual([])
    stacks.stand(input('shop', standing), 'CREATE_COMPLETE')
    await apply({ step: 'transition' }, [])
    expect(resources('shop').filter((id) => /Old/.test(id))).toEqual([])
  })

  it.each([
    ['the only exposed one', 'old: {port: 8082, expose: {host: old, port: 8101}}', {}],
    [
      'the only one with a check',
      'old: {port: 8082}',
      { 'old/consul.json': '{"name": "old", "check": {"tcp": "HEALTHROUTE:8082", "interval": "1s"}}' },
    ],
    ['one that others need', 'old: {port: 8082}', {}],
  ])('has everything that the rules of a leaving service name: %s', async (_which, service, files) => {
    standPlatform()
    const before = sampleApp('shop', `services:\n  web: {port: 8080, needs: [old]}\n  ${service}\n`, files)
    const after = sampleApp('shop', 'services:\n  web: {port: 8080}\n')
    stacks.stand(input('shop', appTemplate(parsedApp(before), stage)), 'CREATE_COMPLETE')
    await apply({ step: 'transition' }, ['old'], after)
    const { Resources, Parameters = {} } = JSON.parse(
      stacks.templates.get('nanofleet-dev-shop') ?? '{}',
    ) as Template
    const known = new Set([...Object.keys(Resources), ...Object.keys(Parameters)])
    expect([...references(Resources)].filter((name) => !known.has(name) && !name.includes('::'))).toEqual([])
    expect(Object.keys(stacks.views.get('nanofleet-dev-shop')?.parameters ?? {}).sort()).toEqual(
      Object.keys(Parameters).sort(),
    )
  })

  it('keeps nothing of a stack that does not stand', async () => {
    standPlatform()
    await apply({ step: 'transition' }, ['old'])
    expect(resources('shop').filter((id) => /Old/.test(id))).toEqual([])
  })

  const Orders = { Type: 'AWS::DynamoDB::Table', Condition: 'Big', Properties: { Tags: [{ Ref: 'Topic' }] } }
  const withData = (): Template => {
    const compiled = appTemplate(parsedApp(shop), stage)
    return {
      ...compiled,
      Conditions: { Big: { 'Fn::Equals': [{ Ref: 'Size' }, 'big'] } },
      Parameters: { ...compiled.Parameters, Size: { Type: 'String' } },
      Resources: {
        ...compiled.Resources,
        Orders,
        Topic: { Type: 'AWS::SNS::Topic' },
        Gone: { Type: 'AWS::SNS::Topic' },
      },
    }
  }

  it('keeps data that stays as it is, with what it refers to, in both steps', async () => {
    standPlatform()
    for (const step of ['transition', 'final'] as const) {
      stacks.stand(
        { ...input('shop', withData()), parameters: { Size: 'big', VpcId: 'old' } },
        'CREATE_COMPLETE',
      )
      await apply({ step }, [], shop, { stays: ['Orders'] })
      expect(resources('shop')).toEqual(expect.arrayContaining(['Orders', 'Topic', 'WebSecurityGroup']))
      expect(resources('shop')).not.toContain('Gone')
      const template = JSON.parse(stacks.templates.get('nanofleet-dev-shop') ?? '') as Template
      expect(template.Conditions).toEqual({ Big: expect.anything() })
      expect(stacks.views.get('nanofleet-dev-shop')?.parameters).toMatchObject({
        Size: 'big',
        VpcId: 'vpc-1',
      })
    }
  })

  it('has a policy that lets go of nothing with data but what was named', async () => {
    standPlatform()
    stacks.stand(input('shop', withData()), 'CREATE_COMPLETE')
    await apply({ step: 'final' })
    expect(await stacks.firstFailure('nanofleet-dev-shop')).toBe('Orders: Action denied by stack policy')
    await stacks.find('nanofleet-dev-shop')
    await apply({ step: 'final' }, [], shop, { losses: [{ name: 'Orders' }] })
    expect(await stacks.firstFailure('nanofleet-dev-shop')).toBeUndefined()
    expect(resources('shop')).not.toContain('Orders')
  })
})
