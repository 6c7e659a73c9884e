import { describe, expect, it } from '@jest/globals'
import { ScaleInput } from '../../../core/deploy/deploy-input.ts'
import { CleanAmisInput } from '../../../core/images/inputs.ts'
import { parseManifest } from '../../../core/manifest/manifest.ts'

const accepts = (read: () => unknown): boolean => {
  try {
    read()
    return true
  } catch {
    return false
  }
}
const manifest = (line: string) => () =>
  parseManifest(`app: shop\nservices:\n  web:\n    port: 8080\n${line}\n`, 'app.yml')
const web = (line: string) => manifest(`    ${line}`)
const long = (length: number) => 'a'.repeat(length)

/** Resources of permissions, `@{x}` for what CloudFormation puts in, and whether IAM takes them. */
const RESOURCES: [string, boolean][] = [
  ['', false],
  ['a', false],
  ['arn:aws:s3', false],
  ['arn:aws:s3:::a/*', true],
  ['arn:@{AWS::Partition}:sqs:@{AWS::Region}:@{AWS::AccountId}:a', true],
  ['@{Tasks.Arn}/index/*', true],
  ['arn:aws:s3:::a/@{!aws:username}', true],
  ['arn:aws:s3:::a/@{', false],
  ['arn:aws:s3:::a/@{}', false],
  ['arn:aws:s3:::{{resolve:ssm:/a}}', false],
]
const written = (text: string) => text.replaceAll('@{', '$'.concat('{'))

/** Permissions that make a policy of 100 characters each, and of 38 around them. */
const permissions = (count: number) =>
  `permissions: [${`{actions: ["s3:GetObject"], resource: "arn:aws:s3:::${long(28)}"}, `.repeat(count)}]`

describe('a manifest takes what is within the bounds', () => {
  it.each([
    ['expose: {port: 1024}', true],
    ['expose: {port: 1023}', false],
    ['expose: {port: 65535}', true],
    ['expose: {port: 65536}', false],
    ['expose: {port: 8001.5}', false],
    ['count: 0', true],
    ['count: -1', false],
    ['count: 100', true],
    ['count: 101', false],
    ['count: {min: 0, max: 0}', true],
    ['count: {min: 1, max: 0}', false],
    ['count: {min: 100, max: 100}', true],
    ['count: {min: 0, max: 101}', false],
    [`expose: {port: 8001, host: ${long(63)}}`, true],
    [`expose: {port: 8001, host: ${long(64)}}`, false],
    [`expose: {port: 8001, path: /${long(119)}}`, true],
    [`expose: {port: 8001, path: /${long(120)}}`, false],
    ['permissions: [{actions: ["s3:GetObject*"], resource: "*"}]', true],
    ['permissions: [{actions: ["s3:Get*"], resource: "*"}]', false],
    ['permissions: [{actions: [], resource: "*"}]', false],
    ...RESOURCES.map(([resource, taken]): [string, boolean] => [
      `permissions: [{actions: ["s3:GetObject"], resource: "${written(resource)}"}]`,
      taken,
    ]),
    [permissions(102), true],
    [permissions(103), false],
    ['source: a\n    secrets: {A: /a/b}', true],
    [written('source: a\n    secrets: {A: "/a/@{b"}'), false],
    [`env: {A: "${long(16_340)}"}\n    source: a\n    secrets: {B: /a}`, true],
    [`env: {A: "${long(16_360)}"}\n    source: a\n    secrets: {B: /a}`, false],
    ['env: {A: "{{resolve:ssm:/a}}"}', false],
    ['env: {A: "{{a}}"}', true],
    [`env: {A: "${long(16_000)}"}`, true],
    [`env: {A: "${long(16_384 - 4)}"}`, true],
    [`env: {A: "${long(16_384 - 3)}"}`, false],
    // A reference counts as a hundred bytes, since its value is known only at deploy.
    [`env: {A: "${long(16_384 - 108)}", B: {Ref: VpcId}}`, true],
    [`env: {A: "${long(16_384 - 107)}", B: {Ref: VpcId}}`, false],
    [`env: {A: "${'é'.repeat(8190)}"}`, true],
    [`env: {A: "${'é'.repeat(8191)}"}`, false],
    ['env: {A: ""}', false],
    ...[
      't3.nano',
      't3.large',
      't3a.micro',
      't4g.medium',
      't2.small',
      'm7a.medium',
      'm5.large',
      'i4i.large',
    ].map((type): [string, boolean] => [`cpus: 1\n    instanceType: ${type}`, true]),
    ...['t2.medium', 't3.xlarge', 'm5.xlarge', 'a1.large', 'c1.medium', 'm5.metal'].map(
      (type): [string, boolean] => [`cpus: 1\n    instanceType: ${type}`, false],
    ),
    ['cpus: 0', false],
    ['cpus: 2', false],
    ['stateful: true', true],
    ['stateful: 1', false],
  ])('%s: %p', (line, accepted) => {
    expect(accepts(web(line))).toBe(accepted)
  })

  it.each([
    ['shop', 'web', 'kind: consulserver', 'only the service consul of the platform holds the catalog'],
    ['platform', 'web', 'kind: consulserver', 'only the service consul of the platform holds the catalog'],
    ['shop', 'consul', 'needs: []', 'the name consul is reserved'],
    ['platform', 'internet', 'needs: []', 'the name internet is reserved'],
  ])('leaves the catalog to the platform: %s has no service %s with %s', (app, service, line, problem) => {
    const text = `app: ${app}\nservices:\n  ${service}: {${line}}\n`
    expect(() => parseManifest(text, 'app.yml')).toThrow(problem)
  })

  it('has no port where none is given', () => {
    const { services } = parseManifest('app: shop\nservices:\n  web: {}\n', 'app.yml')
    expect(services.web).not.toHaveProperty('port')
  })

  it('and at least one service', () => {
    expect(accepts(() => parseManifest('app: shop\nservices: {}\n', 'app.yml'))).toBe(false)
  })
})

describe('the input of a workflow takes what is within the bounds', () => {
  it.each([
    [{ keep: 0 }, true],
    [{ keep: -1 }, false],
    [{ minAgeDays: 0 }, true],
    [{ minAgeDays: 0.5 }, true],
    [{ minAgeDays: -0.1 }, false],
    [{ max: 1 }, true],
    [{ max: 0 }, false],
    [{ max: 200 }, true],
    [{ max: 201 }, false],
  ])('clean-amis %j: %p', (input, accepted) => {
    expect(CleanAmisInput.safeParse(input).success).toBe(accepted)
  })

  it.each([
    [0, true],
    [-1, false],
    [0.5, false],
  ])('scale to %d: %p', (count, accepted) => {
    expect(ScaleInput.safeParse({ app: 'a', service: 'b', count }).success).toBe(accepted)
  })
})
