import type { Template } from '../base/cloudformation.ts'

/**
 * A template's resources with every expression replaced. A reference to a resource becomes its token
 * `<stack>/<logical id>`, which parameters pass from stack to stack as they pass ids on AWS.
 */
export interface ResolvedStack {
  resources: Map<string, { type: string; properties: Record<string, unknown> }>
  outputs: Record<string, string>
}

/** A property with this value counts as absent. */
const NO_VALUE = 'AWS::NoValue'

/** Attributes that identify the resource itself. */
const IDENTITIES = ['GroupId', 'AllocationId', 'Arn', 'TargetGroupArn', 'ListenerArn']

/**
 * Evaluates a template as CloudFormation would.
 * @param parameters values by name; lists are separated by commas
 * @returns for values that only CloudFormation can know, such as an import, a token that nothing else has
 */
export function resolveStack(
  stack: string,
  template: Template,
  parameters: Record<string, string>,
  region: string,
): ResolvedStack {
  const evaluator = new Evaluator(stack, template, parameters, region)
  const kept = Object.entries(template.Resources).filter(([, { Condition }]) => evaluator.holds(Condition))
  const outputs = Object.entries(template.Outputs ?? {}).filter(([, { Condition }]) =>
    evaluator.holds(Condition),
  )
  return {
    resources: new Map(
      kept.map(([name, { Type, Properties }]) => [
        `${stack}/${name}`,
        { type: Type, properties: evaluator.value(Properties ?? {}) as Record<string, unknown> },
      ]),
    ),
    outputs: Object.fromEntries(outputs.map(([name, { Value }]) => [name, String(evaluator.value(Value))])),
  }
}

class Evaluator {
  readonly #stack: string
  readonly #template: Template
  readonly #parameters: Record<string, string>
  readonly #region: string

  constructor(stack: string, template: Template, parameters: Record<string, string>, region: string) {
    this.#stack = stack
    this.#template = template
    this.#parameters = parameters
    this.#region = region
  }

  holds(condition: string | undefined): boolean {
    return condition === undefined || this.value(this.#template.Conditions?.[condition]) === true
  }

  value(expression: unknown): unknown {
    if (Array.isArray(expression))
      return expression.map((item) => this.value(item)).filter((item) => item !== NO_VALUE)
    if (expression === null || typeof expression !== 'object') return expression
    const [[key, argument] = ['', undefined], ...others] = Object.entries(expression)
    if (others.length === 0 && (key === 'Ref' || key === 'Condition' || key.startsWith('Fn::'))) {
      return this.#call(key, argument)
    }
    const values = Object.entries(expression).map(([name, inner]) => [name, this.value(inner)] as const)
    return Object.fromEntries(values.filter(([, value]) => value !== NO_VALUE))
  }

  #call(name: string, argument: unknown): unknown {
    if (name === 'Ref') return this.#reference(String(argument))
    if (name === 'Condition') return this.holds(String(argument))
    if (name === 'Fn::GetAtt') return this.#attribute(attributeOf(argument))
    if (name === 'Fn::Sub') return this.#substitute(argument)
    if (name === 'Fn::If') {
      const [condition, yes, no] = list(argument)
      return this.value(this.holds(String(condition)) ? yes : no)
    }
    const values = list(this.value(argument))
    const [first, second, third] = values
    switch (name) {
      case 'Fn::Equals':
        return String(first) === String(second)
      case 'Fn::Not':
        return first !== true
      case 'Fn::And':
        return values.every((item) => item === true)
      case 'Fn::Or':
        return values.some((item) => item === true)
      case 'Fn::Select':
        return list(second)[Number(first)]
      case 'Fn::Join':
        return list(second).join(String(first))
      case 'Fn::Split':
        return String(second).split(String(first))
      case 'Fn::FindInMap':
        return Object(Object(this.#template.Mappings?.[String(first)])[String(second)])[String(third)]
      case 'Fn::Base64':
        return first
      case 'Fn::GetAZs':
        return ['a', 'b', 'c'].map((zone) => `${this.#region}${zone}`)
      case 'Fn::Cidr':
        return blocks(String(first), Number(second), Number(third))
      default:
        return `${this.#stack}/${name}(${values.join()})`
    }
  }

  #reference(name: string): unknown {
    if (name === 'AWS::Region') return this.#region
    if (name.startsWith('AWS::')) return name
    const value = this.#parameters[name]
    if (value === undefined) return `${this.#stack}/${name}`
    return this.#template.Parameters?.[name]?.Type.includes('List') ? value.split(',') : value
  }

  #attribute([name, attribute]: [string, string]): unknown {
    if (IDENTITIES.includes(attribute)) return `${this.#stack}/${name}`
    // A VPC's block is the one it was created with.
    if (attribute === 'CidrBlock') return this.value(this.#template.Resources[name]?.Properties?.[attribute])
    return `${this.#stack}/${name}.${attribute}`
  }

  #substitute(argument: unknown): string {
    const [text, own] = list(argument)
    return String(text).replace(/\$\{([^!}][^}]*)\}/g, (_all, name: string) => {
      if (Object.hasOwn(Object(own), name)) return String(this.value(Object(own)[name]))
      return String(name.includes('.') ? this.#attribute(attributeOf(name)) : this.#reference(name))
    })
  }
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value])

/** `[thing, attribute]` of either form, the pair or `Thing.Attribute`. */
function attributeOf(argument: unknown): [string, string] {
  const [thing = '', ...attribute] = list(argument).join('.').split('.')
  return [thing, attribute.join('.')]
}

/** The first blocks of `bits` host bits in an IPv4 network, as `Fn::Cidr` gives them. */
function blocks(network: string, count: number, bits: number): string[] {
  const [address = '0.0.0.0'] = network.split('/')
  const first = address
    .split('.')
    .map(Number)
    .reduce((sum, part) => sum * 256 + part)
  return Array.from({ length: Number(count) }, (_, index) => {
    const start = first + index * 2 ** Number(bits)
    const parts = [24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256)
    return `${parts.join('.')}/${32 - Number(bits)}`
  })
}
