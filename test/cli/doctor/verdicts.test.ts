import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { reservedConcurrency } from '../../../cli/doctor/checkout.ts'
import { fullestGroup } from '../../../cli/doctor/fullest-group.ts'
import { mostBuilds, type VcpuNeed, vcpuNeeds } from '../../../cli/doctor/needs.ts'
import * as quotas from '../../../cli/doctor/quotas.ts'
import { encryption, offered, tools, workflow } from '../../../cli/doctor/verdicts.ts'
import { ROOT, repositoryApps } from '../../apps/apps.ts'

const known = { x86_64: 'a'.repeat(64), arm64: 'unknown' }
const url = { x86_64: 'https://tools.test/x', arm64: 'https://tools.test/a' }
const lock = {
  ops: { version: '0.1.46', url, sha256: known },
  nanos: { version: '0.1.55', url, sha256: known },
}
const HERE = 'eu-west-1'
const LINK = 'https://eu-west-1.console.aws.amazon.com/servicequotas/home/services'
const need = (app: string, steady: number, changing = steady + 2): VcpuNeed => ({ app, steady, changing })
const small = new Map([
  ['t3.micro', 2],
  ['t3.small', 2],
])

describe('what an account of a few vCPUs says', () => {
  const needs = [need('platform', 6), need('web', 4), need('boutique', 24)]

  it.each([
    [5, 'bad', /may run 5 vCPUs; the platform takes 6, and 8 while a server is replaced/],
    [7, 'bad', /8 while/],
    [8, 'warning', /not all apps of this checkout fit together \(platform 6, web 4, boutique 24\)/],
    [35, 'warning', /not all/],
    [36, 'good', /take 34/],
  ])('with %i is %s', (quota, state, text) => {
    const verdict = quotas.vcpus(quota, needs, HERE)
    expect(verdict).toMatchObject({ state, text: expect.stringMatching(text) })
    const remedy = `ask for 36 of "Running On-Demand Standard instances": ${LINK}/ec2/quotas/L-1216C47A`
    expect(verdict.remedy).toBe(state === 'good' ? undefined : remedy)
  })

  it('is reckoned from the manifests, the platform first, with one instance more during a change', async () => {
    const apps = (await repositoryApps()).map(({ manifest }) => manifest)
    const [platform, ...others] = vcpuNeeds(apps, small)
    expect(platform).toEqual({ app: 'platform', steady: 6, changing: 8 })
    expect(others.map(({ app }) => app)).toEqual(['web', 'events', 'hello', 'photos', 'boutique'])
    expect(mostBuilds(apps).app).toBe('boutique')
    expect(vcpuNeeds([], small)).toEqual([])
  })
})

describe('quotas', () => {
  it.each([
    [5, 4, false, 'good'],
    [5, 5, false, 'bad'],
    [5, 5, true, 'good'],
  ])(
    'of %i addresses and networks, %i in use, the own one among them: %s, are %s',
    (quota, used, own, state) => {
      expect(quotas.oneMore(quota, { used, own }, 'addresses', HERE).state).toBe(state)
      const networks = quotas.oneMore(quota, { used, own }, 'networks', HERE)
      expect(networks.state).toBe(state)
      if (state === 'bad') expect(networks.remedy).toContain(`ask for 10 of "VPCs per Region": ${LINK}/vpc`)
    },
  )

  it.each([
    [60, 60, 'good'],
    [60, 61, 'bad'],
  ])('of %i rules with %i in a group are %s', (quota, most, state) => {
    expect(quotas.rules(quota, { group: 'Web', rules: most }, HERE).state).toBe(state)
  })

  it.each([
    [10, 0, 'warning'],
    [1000, 0, 'good'],
    [10, 1, 'bad'],
    [1000, 900, 'good'],
    [1000, 901, 'bad'],
  ])('of %i functions at once, %i of them reserved, are %s', (quota, reserved, state) => {
    const verdict = quotas.functions(quota, reserved, HERE)
    expect(verdict.state).toBe(state)
    if (state === 'bad') {
      expect(verdict.text).toContain(`this checkout reserves ${reserved} of them, and Lambda keeps 100`)
      expect(verdict.remedy).toContain(`ask for 1000 of "Concurrent executions": ${LINK}/lambda`)
    }
  })

  it('of functions at once are left alone: no function of the control plane reserves any', async () => {
    expect(await reservedConcurrency(ROOT)).toBe(0)
  })

  it('of functions at once are what the files of functions reserve, all together', async () => {
    const root = await mkdtemp(join(tmpdir(), 'functions-'))
    const folder = join(root, 'resources/functions')
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'a.yml'), 'a: {reservedConcurrency: 2, role: !GetAtt R.Arn}\nb: {}\n')
    await writeFile(join(folder, 'b.yml'), 'c: {reservedConcurrency: 3}\n')
    expect(await reservedConcurrency(root)).toBe(5)
    await rm(root, { recursive: true })
  })

  it.each([
    [1, 'warning', '1 images may be built at once; boutique builds 11, the others wait'],
    [0, 'bad', '0 images may be built at once; boutique builds 11'],
    [11, 'good', '11 images may be built at once; boutique builds 11'],
    [undefined, 'unknown', 'no quota is named after this kind of machine'],
  ])('of %s builds at once are %s', (quota, state, text) => {
    expect(quotas.builds(quota, { app: 'boutique', builds: 11 }, HERE)).toMatchObject({ state, text })
  })
})

describe('the fullest security group', () => {
  it('counts its own rules and those that other stacks add to it, each direction apart', () => {
    const rule = (direction: string, GroupId: unknown) => ({
      Type: `AWS::EC2::SecurityGroup${direction}`,
      Properties: { GroupId },
    })
    const own = { 'Fn::GetAtt': ['Web', 'GroupId'] }
    const template = (Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>) => ({
      AWSTemplateFormatVersion: '2010-09-09' as const,
      Description: '',
      Resources,
    })
    const Web = { Type: 'AWS::EC2::SecurityGroup', Properties: { SecurityGroupEgress: [{}, {}] } }
    const shop = template({ Web, A: rule('Egress', own), B: rule('Ingress', own) })
    expect(fullestGroup(new Map([['shop', shop]]))).toEqual({ group: 'Web of shop', rules: 3 })
    const more = template({
      C: rule('Ingress', { Ref: 'ConsulGroup' }),
      D: rule('Ingress', { Ref: 'ConsulGroup' }),
    })
    const both = new Map([
      ['web', more],
      ['photos', more],
    ])
    expect(fullestGroup(both)).toEqual({ group: 'ConsulGroup', rules: 4 })
    expect(fullestGroup(new Map())).toEqual({ group: 'none', rules: 0 })
  })
})

describe('before anything is made', () => {
  it('workflows that Step Functions refuses are named with its sentence, warnings are not', () => {
    const problem = {
      severity: 'ERROR',
      code: 'SCHEMA_VALIDATION_FAILED',
      message: 'no',
      location: '/States/A',
    }
    const fine = { name: 'scale', problems: [{ ...problem, severity: 'WARNING' }] }
    expect(workflow([fine]).state).toBe('good')
    expect(workflow([fine, { name: 'build', problems: [problem] }])).toMatchObject({
      state: 'bad',
      text: 'build/States/A: no (SCHEMA_VALIDATION_FAILED)',
    })
  })

  it('a type that a zone lacks is named with the zone', () => {
    const zones = ['a', 'b', 'c']
    const none = undefined
    const offers = new Map([['t3.small', ['a', 'c']]])
    expect(offered({ zones, offers: new Map([['t3.small', zones]]) }, none).state).toBe('good')
    expect(offered({ zones, offers }, none).text).toMatch(/^t3.small in a, c; two zones: docs\/regions.md/)
    expect(offered({ zones, offers }, zones)).toMatchObject({
      state: 'bad',
      text: 'EC2 does not offer t3.small in b',
    })
    expect(offered({ zones: ['a'], offers }, none)).toMatchObject({
      state: 'bad',
      text: 'the account sees only the zone a here, a stage needs two',
    })
  })

  it.each([
    [false, 'alias/aws/ebs', 'good'],
    [true, 'alias/aws/ebs', 'unknown'],
    [true, 'arn:aws:kms:eu-west-1:1:key/1', 'bad'],
  ])('encryption by default %s with the key %s is %s', (on, key, state) => {
    expect(encryption(on, key, 'dev').state).toBe(state)
  })

  it.each([
    [undefined, /^builds take ops 0\.1\.46 and Nanos 0\.1\.55 by their digests$/],
    [{ PACKAGER: 'ops', ARCH: 'x86_64' }, /^builds take/],
    [{ PACKAGER: 'ops', ARCH: 'arm64' }, /digest of nanos 0\.1\.55 and ops 0\.1\.46 for arm64/],
    [{ PACKAGER: 'process', ARCH: 'arm64' }, /^images are not built by ops here$/],
  ])('a checkout that knows the digests for x86_64, and a build project with %j: %s', (given, text) => {
    const variables = given && new Map<string, string>(Object.entries(given))
    expect(tools(lock, variables)).toEqual(
      given?.ARCH === 'arm64' && given.PACKAGER === 'ops'
        ? {
            state: 'bad',
            text: expect.stringMatching(text),
            remedy: 'run "npx nanofleet lock", commit the file and push again',
          }
        : { state: 'good', text: expect.stringMatching(text) },
    )
  })
})
