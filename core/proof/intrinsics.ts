import type { Template } from '../base/cloudformation.ts'

/**
 * A template's resources with every expression replaced. A reference to a resource becomes its token
 * `<stack>/<logical id>`, which parameters carry from stack to stack as they carry ids on AWS.
 */
export interface ResolvedStack {
  resources: Map<string, { type: string; properties: Record<string, unknown> }>
  outputs: Record<string, string>
}

/** Attributes that identify the resource itself. */
const IDENTITIES = ['GroupId', 'AllocationId', 'Arn', 'TargetGroupArn', 'ListenerArn']

/**
 * Evaluates a template as CloudFormation would.
 * @param parameters values by name; lists are separated by commas
 * @throws {RangeError} for a function or reference that it does not know
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
    if (Array.isArray(expression)) return expression.map((item) => this.value(item))
    if (expression === null || typeof expression !== 'object') return expression
    const [[key, argument] = ['', undefined], ...others] = Object.entries(expression)
    if (others.length === 0 && (key === 'Ref' || key === 'Condition' || key.startsWith('Fn::'))) {
      return this.#call(key, argument)
    }
    return Object.fromEntries(Object.entries(expression).map(([name, inner]) => [name, this.value(inner)]))
  }

  #call(name: string, argument: unknown): unknown {
    if (name === 'Ref') return this.#reference(String(argument))
    if (name === 'Condition') return this.holds(String(argument))
    if (name === 'Fn::GetAtt') return this.#attribute(argument as [string, string])
    if (name === 'Fn::Sub') return this.#substitute(String(argument))
    if (name === 'Fn::If') {
      const [condition, yes, no] = argument as [string, unknown, unknown]
      return this.value(this.holds(condition) ? yes : no)
    }
    const values = this.value(argument)
    switch (name) {
      case 'Fn::Equals':
        return String((values as unknown[])[0]) === String((values as unknown[])[1])
      case 'Fn::Not':
        return (values as unknown[])[0] !== true
      case 'Fn::And':
        return (values as unknown[]).every((item) => item === true)
      case 'Fn::Or':
        return (values as unknown[]).some((item) => item === true)
      case 'Fn::Select':
        return (values as [number, unknown[]])[1][Number((values as [number, unknown[]])[0])]
      case 'Fn::Join':
        return (values as [string, unknown[]])[1].join((values as [string, unknown[]])[0])
      case 'Fn::Base64':
        return values
      case 'Fn::GetAZs':
        return ['a', 'b', 'c'].map((zone) => `${this.#region}${zone}`)
      case 'Fn::Cidr':
        return blocks(...(values as [string, number, number]))
      default:
        throw new RangeError(`${this.#stack}: ${name} is not among the functions that are understood`)
    }
  }

  #reference(name: string): unknown {
    if (name === 'AWS::Region') return this.#region
    if (name.startsWith('AWS::')) return name
    const value = this.#parameters[name]
    if (value === undefined) return `${this.#stack}/${name}`
    return /List/.test(this.#template.Parameters?.[name]?.Type ?? '') ? value.split(',') : value
  }

  #attribute([name, attribute]: [string, string]): unknown {
    if (IDENTITIES.includes(attribute)) return `${this.#stack}/${name}`
    // A VPC's block is what it was made with.
    if (attribute === 'CidrBlock') return this.value(this.#template.Resources[name]?.Properties?.[attribute])
    return `${this.#stack}/${name}.${attribute}`
  }

  #substitute(text: string): string {
    return text.replace(/\$\{([^}]+)\}/g, (_all, name: string) => {
      const [thing = '', ...attribute] = name.split('.')
      const value =
        attribute.length > 0 ? this.#attribute([thing, attribute.join('.')]) : this.#reference(name)
      return String(value)
    })
  }
}

/** The first blocks of `bits` host bits in an IPv4 network, as `Fn::Cidr` gives them. */
function blocks(network: string, count: number, bits: number): string[] {
  const [address = '0.0.0.0'] = network.split('/')
  const first = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  return Array.from({ length: Number(count) }, (_, index) => {
    const start = first + index * 2 ** Number(bits)
    const parts = [24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256)
    return `${parts.join('.')}/${32 - Number(bits)}`
  })
}
