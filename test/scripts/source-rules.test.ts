import { describe, expect, it } from '@jest/globals'
import { lengthProblems, placeProblems } from '../../scripts/lib/source-rules.mjs'

const long = 'word '.repeat(30)

describe('the rules of length', () => {
  it.each([
    ['a comment', `  // ${long}`],
    ['code', `const sum = ${'first + '.repeat(20)}last`],
    ['code beside a short text', `call('text', ${'first, '.repeat(20)}last)`],
  ])('refuse %s beyond 110 columns, with its line', (_, line) => {
    expect(lengthProblems('a.ts', `one\n${line}\n`)).toEqual([
      expect.stringMatching(/^a\.ts:2: \d+ columns, 110 at most$/),
    ])
  })

  it.each([
    ['a message', `throw new Error('${long}')`],
    ['a template', `const text = \`${long}\``],
    ['markup over several lines', `html\`<p>${long}\n${long}</p>\``],
    ['a pattern', `const known = /${'Failure|'.repeat(20)}Refusal/`],
  ])('leave %s whole, so that a search finds it', (_, line) => {
    expect(lengthProblems('a.ts', line)).toEqual([])
  })

  it('count a tab of Go as four columns', () => {
    expect(lengthProblems('a.go', `\t\t// ${'x'.repeat(100)}`)).toHaveLength(1)
  })

  it('refuse a file of more than 250 lines', () => {
    expect(lengthProblems('a.ts', 'x\n'.repeat(250))).toEqual([])
    expect(lengthProblems('a.ts', 'x\n'.repeat(251))).toEqual([
      expect.stringContaining('251 lines, 250 at most'),
    ])
  })
})

describe('the rule of places', () => {
  it.each([
    ['core/base/names.ts', 'const arn = "arn:aws:s3:::" + bucket', 'arn:aws:'],
    ['workflows/deploy.asl.yml', '    Resource: arn:aws:states:::lambda:invoke', 'arn:aws:'],
    ['resources/roles/deploy.yml', '  Resource: arn:aws-cn:s3:::x', 'arn:aws-cn:'],
    ['local/region/ec2/account.py', 'zone = "us-west-1c"', 'us-west-1c'],
    ['serverless.yml', '  region: ap-southeast-3', 'ap-southeast-3'],
    ['apps/platform/consul/cloud.go', 'region := "us-gov-west-1"', 'us-gov-west-1'],
  ])('refuses in %s the line %s', (file, line, place) => {
    expect(placeProblems(file, `first\n${line}\n`)).toEqual([
      `${file}:2: names ${place}; take partition and region from the stage`,
    ])
  })

  it.each([
    ['core/base/names.ts', '/** Such as `arn:aws:s3:::pictures`. */'],
    ['resources/roles/deploy.yml', `Resource: !Sub arn:\${AWS::Partition}:s3:::x`],
    ['test/core/names.test.ts', "const region = 'eu-west-1'"],
    ['apps/platform/consul/cloud_test.go', 'region: "eu-west-1"'],
    ['core/base/partition.ts', "export const DEFAULT_REGION = 'eu-west-1'"],
    ['core/prices/at-rest.ts', "  'eu-west-1': {},"],
    ['core/base/words.ts', "const words = 'us-1, in-2-3, a-us-east'"],
  ])('leaves %s its line %s', (file, line) => {
    expect(placeProblems(file, line)).toEqual([])
  })
})
