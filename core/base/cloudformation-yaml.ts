import { type CollectionTag, type ScalarTag, YAMLMap } from 'yaml'

const FUNCTIONS = [
  'And',
  'Base64',
  'Cidr',
  'Equals',
  'FindInMap',
  'GetAZs',
  'If',
  'ImportValue',
  'Join',
  'Not',
  'Or',
  'Select',
  'Split',
  'Sub',
]

/**
 * The short forms of CloudFormation's functions (`!Ref x` for `{Ref: x}`), from "Intrinsic function
 * reference".
 */
export const CLOUDFORMATION_TAGS: (ScalarTag | CollectionTag)[] = [
  ...FUNCTIONS.flatMap((name) => shortForms(`!${name}`, `Fn::${name}`)),
  ...shortForms('!Ref', 'Ref'),
  ...shortForms('!Condition', 'Condition'),
  { tag: '!GetAtt', resolve: (text: string) => ({ 'Fn::GetAtt': splitAttribute(text) }) },
  { tag: '!GetAtt', collection: 'seq', resolve: (list) => call('Fn::GetAtt', list) },
]

function shortForms(tag: string, key: string): (ScalarTag | CollectionTag)[] {
  return [
    { tag, resolve: (text: string) => ({ [key]: text }) },
    { tag, collection: 'seq', resolve: (list) => call(key, list) },
  ]
}

/** A map with this one key; a node rather than a value, so that anchors inside are still followed. */
function call(key: string, argument: unknown): YAMLMap {
  const map = new YAMLMap()
  map.set(key, argument)
  return map
}

/** `Thing.Attribute.Part` as the pair that templates in JSON need. */
function splitAttribute(text: string): [string, string] {
  const dot = text.indexOf('.')
  return [text.slice(0, dot), text.slice(dot + 1)]
}
