import { describe, expect, it } from '@jest/globals'
import type { Template } from '../../../core/base/cloudformation.ts'
import { InvalidInput } from '../../../core/base/errors.ts'
import { templateText } from '../../../core/template/text.ts'

const template = (resources: number, description = ''): Template => ({
  AWSTemplateFormatVersion: '2010-09-09',
  Description: description,
  Resources: Object.fromEntries(
    Array.from({ length: resources }, (_, index) => [`Thing${index}`, { Type: 'AWS::SNS::Topic' }]),
  ),
})

describe('the text of a template', () => {
  it('is the same for the same content in another order', () => {
    const { Resources, ...rest } = template(2, 'one')
    expect(templateText('s', { Resources, ...rest })).toBe(templateText('s', template(2, 'one')))
  })

  it('may be as large as CloudFormation takes it', () => {
    const empty = templateText('s', template(500)).length
    expect(templateText('s', template(500, 'x'.repeat(1_000_000 - empty)))).toHaveLength(1_000_000)
  })

  it.each<[string, Template, string]>([
    [
      'resources',
      template(501),
      'the stack nanofleet-dev-shop: its template has 501 resources, CloudFormation takes 500; make several apps of this one',
    ],
    [
      'outputs',
      {
        ...template(1),
        Outputs: Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`O${index}`, { Value: '' }])),
      },
      'the stack nanofleet-dev-shop: its template has 201 outputs, CloudFormation takes 200; make several apps of this one',
    ],
    [
      'bytes',
      template(1, 'é'.repeat(500_000)),
      'the stack nanofleet-dev-shop: its template has 1,000,108 bytes, CloudFormation takes 1,000,000; make several apps of this one',
    ],
  ])('is refused when it has too many %s', (_what, given, sentence) => {
    expect(() => templateText('nanofleet-dev-shop', given)).toThrow(InvalidInput)
    expect(() => templateText('nanofleet-dev-shop', given)).toThrow(sentence)
  })
})
