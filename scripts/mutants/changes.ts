import { isNode, type Source, type SyntaxNode } from './syntax.ts'

/** One small change: other text from `start` to `end`, in bytes. */
export interface Change {
  kind: 'operator' | 'number' | 'condition' | 'call' | 'filter'
  start: number
  end: number
  words: string
  /** The expression that contains the change, if it can report that it was reached. */
  place?: { start: number; end: number }
}

const OPERATORS: Record<string, string> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '%': '*',
  '**': '*',
  '&&': '||',
  '||': '&&',
}

/** Calls that return the type they are called on: without them the program still runs. */
const LEFT_OUT = new Set(
  'sort toSorted reverse toReversed slice trim trimEnd trimStart toLowerCase toUpperCase flat'.split(' '),
)

const SWAPPED: Record<string, string> = {
  some: 'every',
  every: 'some',
  startsWith: 'endsWith',
  endsWith: 'startsWith',
  min: 'max',
  max: 'min',
}

type Changes = (node: SyntaxNode, source: Source) => Change[]

/**
 * What can be changed about a node, by its kind. Anything that swc's tree represents differently is left as
 * it is.
 */
const CHANGES: Record<string, Changes> = {
  BinaryExpression: operator,
  UnaryExpression: (node, source) =>
    (node.operator === '!' || node.operator === '-') && isNode(node.argument)
      ? [instead('operator', node, source.text(node.argument), source)]
      : [],
  UpdateExpression: (node, source) => [
    instead(
      'operator',
      node,
      source.text(node).replace(/\+\+|--/, (now) => (now === '++' ? '--' : '++')),
      source,
    ),
  ],
  AssignmentExpression: (node, source) =>
    node.operator === '+=' || node.operator === '-='
      ? between(node.left, node.right, String(node.operator), node.operator === '+=' ? '-=' : '+=', source)
      : [],
  NumericLiteral: (node, source) => [instead('number', node, String(Number(node.value) + 1), source)],
  BooleanLiteral: (node, source) => [instead('condition', node, String(!node.value), source)],
  IfStatement: (node, source) => decided(node.test, source),
  ConditionalExpression: (node, source) => decided(node.test, source),
  WhileStatement: (node, source) => decided(node.test, source, ['false']),
  SpreadElement: spread,
  ExpressionStatement: statement,
  CallExpression: call,
}

export function changesOf(source: Source): Change[] {
  return source.nodes.flatMap((node) =>
    (CHANGES[node.type]?.(node, source) ?? []).map((change) => ({
      ...change,
      ...placeOf(node, change, source),
    })),
  )
}

/**
 * A statement is not an expression, but the changed part of it is; a chain with `?.` must stay in one piece.
 */
function placeOf(node: SyntaxNode, { start, end }: Change, source: Source): Pick<Change, 'place'> {
  if (isChained(node)) return {}
  const within = /Statement$|^SpreadElement$|^ConditionalExpression$/.test(node.type)
  return { place: within ? { start, end } : { start: source.start(node), end: source.end(node) } }
}

/** Whether a missing value ends the chain of calls and members that this one is part of. */
function isChained(node: unknown): boolean {
  if (!isNode(node)) return false
  return node.type === 'OptionalChainingExpression' || isChained(node.callee ?? node.object)
}

function instead(kind: Change['kind'], node: SyntaxNode, words: string, source: Source): Change {
  return { kind, start: source.start(node), end: source.end(node), words }
}

function operator(node: SyntaxNode, source: Source): Change[] {
  const { left, right } = node
  if (!isNode(left) || !isNode(right)) return []
  // Without the fallback for a missing value.
  if (node.operator === '??') return [instead('operator', node, source.text(left), source)]
  const now = String(node.operator)
  const other = OPERATORS[now]
  if (other === undefined) return []
  if (now !== '&&' && now !== '||') return between(left, right, now, other, source)
  // The brackets keep operands together, because the other operator binds differently.
  return [instead('operator', node, `(${source.text(left)} ${other} ${source.text(right)})`, source)]
}

/** The operator between two expressions, in another form. */
function between(left: unknown, right: unknown, now: string, other: string, source: Source): Change[] {
  if (!isNode(left) || !isNode(right)) return []
  const start = source.end(left)
  const gap = source.between(start, source.start(right))
  // A gap with multi-byte characters would be a comment, which does not belong there.
  const at = gap.indexOf(now)
  return at < 0 || Buffer.byteLength(gap) !== gap.length
    ? []
    : [{ kind: 'operator', start: start + at, end: start + at + now.length, words: other }]
}

function decided(test: unknown, source: Source, outcomes = ['true', 'false']): Change[] {
  if (!isNode(test) || test.type === 'BooleanLiteral') return []
  return outcomes.map((outcome) => instead('condition', test, outcome, source))
}

/** `...(condition && { part })`: with the part, whatever the condition is, and without it. */
function spread({ arguments: inner }: SyntaxNode, source: Source): Change[] {
  const value = isNode(inner) && inner.type === 'ParenthesisExpression' ? inner.expression : inner
  return isNode(value) && value.operator === '&&' ? decided(value.left, source) : []
}

/** Leaves out a call made only for its effect. */
function statement(node: SyntaxNode, source: Source): Change[] {
  const { expression } = node
  const called =
    isNode(expression) && expression.type === 'AwaitExpression' ? expression.argument : expression
  if (!isNode(called) || called.type !== 'CallExpression') return []
  return [instead('call', called, 'undefined', source)]
}

function call(node: SyntaxNode, source: Source): Change[] {
  const { callee } = node
  if (!isNode(callee) || callee.type !== 'MemberExpression') return []
  const { object, property } = callee
  if (!isNode(object) || !isNode(property) || property.type !== 'Identifier') return []
  const name = String(property.value)
  if (name === 'filter') return [instead('filter', node, source.text(object), source)]
  if (LEFT_OUT.has(name)) return [instead('call', node, source.text(object), source)]
  const other = SWAPPED[name]
  // `min` and `max` of anything but Math are limits of a schema, which may have only one of them.
  if (other === undefined || (/^m(in|ax)$/.test(name) && source.text(object) !== 'Math')) return []
  return [instead(/^(some|every)$/.test(name) ? 'filter' : 'call', property, other, source)]
}
