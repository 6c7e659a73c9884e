/** A CloudFormation template as plain JSON. */
export interface Template {
  AWSTemplateFormatVersion: '2010-09-09'
  Description: string
  Parameters?: Record<string, TemplateParameter>
  Mappings?: Record<string, unknown>
  Conditions?: Record<string, unknown>
  Resources: Record<string, Resource>
  Outputs?: Record<string, TemplateOutput>
}

export interface TemplateParameter {
  Type: string
  Description?: string
  Default?: string
  AllowedPattern?: string
}

export interface Resource {
  Type: string
  Condition?: string
  DependsOn?: string | string[]
  DeletionPolicy?: string
  UpdateReplacePolicy?: string
  Metadata?: Record<string, unknown>
  Properties?: Record<string, unknown>
}

export interface TemplateOutput {
  Value: unknown
  Description?: string
  Condition?: string
}

export const ref = (name: string) => ({ Ref: name })
export const getAtt = (name: string, attribute: string) => ({ 'Fn::GetAtt': [name, attribute] })
export const join = (separator: string, parts: unknown) => ({ 'Fn::Join': [separator, parts] })
export const sub = (text: string) => ({ 'Fn::Sub': text })

/** Names that a template's expressions refer to: of resources, parameters and pseudo parameters. */
export function references(value: unknown): Set<string> {
  const found = new Set<string>()
  collect(value, found)
  return found
}

function collect(value: unknown, found: Set<string>): void {
  if (value === null || typeof value !== 'object') return
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'Ref' && typeof inner === 'string') found.add(inner)
    else if (key === 'Fn::GetAtt') found.add(ownerOf(String(Array.isArray(inner) ? inner[0] : inner)))
    else {
      if (key === 'Fn::Sub') for (const name of substitutions(inner)) found.add(name)
      collect(inner, found)
    }
  }
}

function substitutions(value: unknown): string[] {
  const [text, own] = Array.isArray(value) ? value : [value, {}]
  const names = [...String(text).matchAll(/\$\{([^!}][^}]*)\}/g)].map(([, name = '']) => ownerOf(name))
  return names.filter((name) => !(name in Object(own)))
}

/** `Tasks` of its attribute `Tasks.Arn`. */
const ownerOf = (attribute: string): string => attribute.replace(/\..*/, '')
