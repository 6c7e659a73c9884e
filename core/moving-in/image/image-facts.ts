import { jsonForm, readDockerfile, type Stage, stagesOf } from './dockerfile.ts'

/** What an image says of its program: ops takes none of it, so config.json has to. */
export interface ImageFacts {
  /** Each a list of words, or the text for a shell. */
  entrypoint?: string[] | string
  command?: string[] | string
  env: Map<string, string>
  workingFolder?: string
  ports: number[]
  healthcheck?: string[]
  /** The image of a registry that it starts from in the end; `scratch` for none. */
  base?: string
  /** Where files were copied to: a program's absolute path by its name. */
  copied: Map<string, string>
  /** Packages of the distribution that were installed. */
  packages: Set<string>
}

/** What the built stage of a Dockerfile says of its program, with what it inherits from earlier ones. */
export function imageFacts(text: string, target?: string, args?: ReadonlyMap<string, string>): ImageFacts {
  const instructions = readDockerfile(text)
  const first = instructions.findIndex(({ name }) => name === 'FROM')
  const global = new Map<string, string>()
  for (const { name, rest } of instructions.slice(0, Math.max(first, 0)))
    if (name === 'ARG') argument(rest, global, args)
  const stages = stagesOf(instructions, target)
  const facts: ImageFacts = { env: new Map(), ports: [], copied: new Map(), packages: new Set() }
  for (const stage of lineage(stages, global)) take(stage, facts, args)
  const [root] = lineage(stages, global)
  if (root) facts.base = filled(root.from, global)
  return facts
}

/** The stages of which the built one is made, from its base on. */
function lineage(stages: readonly Stage[], variables: ReadonlyMap<string, string>): Stage[] {
  const line: Stage[] = []
  let index = stages.length - 1
  while (index >= 0) {
    const stage = stages[index] as Stage
    line.unshift(stage)
    const from = filled(stage.from, variables).toLowerCase()
    const before = stages.slice(0, index)
    index = before.findLastIndex(({ name }) => name?.toLowerCase() === from)
  }
  return line
}

function take({ instructions }: Stage, facts: ImageFacts, given?: ReadonlyMap<string, string>): void {
  const variables = new Map<string, string>()
  const fill = (value: string) => filled(value, new Map([...variables, ...facts.env]))
  for (const { name, rest } of instructions) {
    if (name === 'ARG') argument(rest, variables, given)
    if (name === 'ENV') for (const [key, value] of pairs(rest)) facts.env.set(key, fill(value))
    if (name === 'WORKDIR') facts.workingFolder = folder(facts.workingFolder, fill(rest))
    if (name === 'EXPOSE') facts.ports.push(...exposed(fill(rest)))
    if (name === 'ENTRYPOINT') {
      facts.entrypoint = jsonForm(rest) ?? rest
      // A new entry point drops the command of the base ("Dockerfile reference", CMD).
      delete facts.command
    }
    if (name === 'CMD') facts.command = jsonForm(rest) ?? rest
    if (name === 'HEALTHCHECK') healthcheck(rest, facts)
    if (name === 'RUN') for (const word of installed(rest)) facts.packages.add(word)
    if (name === 'COPY' || name === 'ADD') copies(fill(rest), facts)
  }
}

function argument(rest: string, into: Map<string, string>, given?: ReadonlyMap<string, string>): void {
  const [, name = '', , value] = /^([A-Za-z_]\w*)(=(.*))?$/.exec(rest.split(/\s+/)[0] ?? '') ?? []
  const found = given?.get(name) ?? (value === undefined ? undefined : unquoted(value))
  if (name && found !== undefined) into.set(name, found)
}

/** `A=1 B="2 3"`, or the old `A 1`. */
function pairs(rest: string): [string, string][] {
  if (!/^[^\s=]+=/.test(rest)) {
    const [, name = '', value = ''] = /^(\S+)\s+([\s\S]*)$/.exec(rest) ?? []
    return name ? [[name, unquoted(value)]] : []
  }
  return [...rest.matchAll(/([A-Za-z_]\w*)=("(?:[^"\\]|\\[\s\S])*"|'[^']*'|(?:[^\s\\]|\\[\s\S])*)/g)].map(
    ([, name = '', value = '']) => [name, unquoted(value)],
  )
}

const unquoted = (value: string): string =>
  /^(["'])[\s\S]*\1$/.test(value) ? value.slice(1, -1) : value.replace(/\\(.)/g, '$1')

function filled(value: string, variables: ReadonlyMap<string, string>): string {
  return value.replace(
    /\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?::?-([^}]*))?\})/g,
    (whole, plain, braced, fallback) => variables.get(plain ?? braced) ?? fallback ?? whole,
  )
}

const folder = (before: string | undefined, next: string): string =>
  next.startsWith('/') ? next : `${before ?? ''}/${next.replace(/^\.\//, '')}`.replace(/\/\.?$/, '') || '/'

const exposed = (rest: string): number[] =>
  rest
    .split(/\s+/)
    .map((word) => /^(\d+)(\/tcp)?$/.exec(word)?.[1])
    .flatMap((port) => (port === undefined ? [] : [Number(port)]))

function healthcheck(rest: string, facts: ImageFacts): void {
  const [, command] = /\bCMD\s+([\s\S]+)$/.exec(rest) ?? []
  if (command === undefined) return
  facts.healthcheck = jsonForm(command) ? ['CMD', ...(jsonForm(command) ?? [])] : ['CMD-SHELL', command]
}

function copies(rest: string, facts: ImageFacts): void {
  const words = jsonForm(rest.replace(/^(--\S+\s+)+/, '')) ?? rest.split(/\s+/)
  const places = words.filter((word) => !word.startsWith('--'))
  const to = places.at(-1)
  if (to === undefined || places.length < 2) return
  for (const from of places.slice(0, -1)) {
    const name = from.slice(from.lastIndexOf('/') + 1)
    const target = /(^|\/)\.?\/?$/.test(to) ? `${to.replace(/\.$/, '')}${name}` : to
    const path = folder(facts.workingFolder, target)
    facts.copied.set(path.slice(path.lastIndexOf('/') + 1), path)
  }
}

function installed(rest: string): string[] {
  const found = rest.matchAll(/\b(?:apk\s+(?:-\S+\s+)*add|apt(?:-get)?\s+(?:-\S+\s+)*install)\s+([^&|;]+)/g)
  return [...found].flatMap(([, words = '']) => words.split(/[\s\\]+/).filter((word) => /^[a-z]/.test(word)))
}
