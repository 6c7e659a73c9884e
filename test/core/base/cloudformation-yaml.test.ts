import { describe, expect, it } from '@jest/globals'
import { CLOUDFORMATION_TAGS } from '../../../core/base/cloudformation-yaml.ts'
import { readYaml } from '../../../core/base/yaml-document.ts'

const read = (text: string) => readYaml(text, 'file.yml', CLOUDFORMATION_TAGS).value

describe("CloudFormation's short forms", () => {
  it.each<[string, unknown]>([
    ['!Ref Thing', { Ref: 'Thing' }],
    ['!GetAtt Thing.Arn', { 'Fn::GetAtt': ['Thing', 'Arn'] }],
    ['!GetAtt Thing.Outputs.Arn', { 'Fn::GetAtt': ['Thing', 'Outputs.Arn'] }],
    ['!GetAtt [Thing, Arn]', { 'Fn::GetAtt': ['Thing', 'Arn'] }],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's placeholder
    ['!Sub a-${Stage}', { 'Fn::Sub': 'a-${Stage}' }],
    ['!Select [0, !Ref List]', { 'Fn::Select': [0, { Ref: 'List' }] }],
    ['!If [Yes, !Ref A, !GetAtt B.Arn]', { 'Fn::If': ['Yes', { Ref: 'A' }, { 'Fn::GetAtt': ['B', 'Arn'] }] }],
    ['!Not [!Condition Yes]', { 'Fn::Not': [{ Condition: 'Yes' }] }],
  ])('%s is read as the long form', (text, value) => {
    expect(read(`key: ${text}`)).toEqual({ key: value })
  })

  it('may hold what an anchor names', () => {
    expect(read('a: &list [1, 2]\nb: !Select [0, *list]\n')).toEqual({
      a: [1, 2],
      b: { 'Fn::Select': [0, [1, 2]] },
    })
  })

  it('that are unknown are an error with its line', () => {
    expect(() => read('a: 1\nb: !Reff x\n')).toThrow('file.yml:2: unresolved tag: !Reff; correct the YAML')
  })
})
