import { parseSync } from '@swc/core'

/** A node of swc's syntax tree; fields that a change needs are checked where they are read. */
export interface SyntaxNode {
  type: string
  span: { start: number; end: number }
  [part: string]: unknown
}

/** TypeScript's own nodes that contain an expression; in all others nothing runs. */
const EXPRESSIONS = new Set([
  'TsAsExpression',
  'TsNonNullExpression',
  'TsSatisfiesExpression',
  'TsConstAssertion',
])

/** A file's text with its syntax tree. swc counts in bytes of UTF-8, so cuts are made in bytes too. */
export class Source {
  readonly nodes: SyntaxNode[]
  private readonly bytes: Buffer
  private readonly offset: number

  /** @throws Error from the parser if the text is not TypeScript */
  constructor(text: string) {
    this.bytes = Buffer.from(text)
    // A tree's positions start at its first word, not at the beginning of the file, and continue from file to
    // file. A semicolon in front of everything marks the beginning.
    const { body } = parseSync(`;${text}`, { syntax: 'typescript', target: 'es2024' })
    const [first, ...statements] = body
    this.offset = (first?.span.start ?? 0) + 1
    this.nodes = statements.flatMap((statement) => [...runningNodes(statement)])
  }

  get length(): number {
    return this.bytes.length
  }

  start(node: SyntaxNode): number {
    return node.span.start - this.offset
  }

  end(node: SyntaxNode): number {
    return node.span.end - this.offset
  }

  text(node: SyntaxNode): string {
    return this.between(this.start(node), this.end(node))
  }

  between(start: number, end: number): string {
    return this.bytes.toString('utf8', start, end)
  }

  /** The whole text, changed in one place. */
  with(start: number, end: number, words: string): string {
    return this.between(0, start) + words + this.between(end, this.bytes.length)
  }

  /** Number of the line, from 1. */
  line(position: number): number {
    return this.between(0, position).split('\n').length
  }
}

/** Whether the text is TypeScript. */
export function parses(text: string): boolean {
  try {
    parseSync(text, { syntax: 'typescript', target: 'es2024' })
    return true
  } catch {
    return false
  }
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'span' in value
}

function* runningNodes(value: unknown): Generator<SyntaxNode> {
  if (Array.isArray(value)) for (const each of value) yield* runningNodes(each)
  else if (typeof value === 'object' && value !== null) {
    if (isNode(value)) {
      if (value.type.startsWith('Ts') && !EXPRESSIONS.has(value.type)) return
      yield value
    } else if ('spread' in value && 'type' in value) {
      // The only node without a position: it gets that of its three dots.
      yield { ...value, span: value.spread } as SyntaxNode
    }
    for (const part of Object.values(value)) yield* runningNodes(part)
  }
}
