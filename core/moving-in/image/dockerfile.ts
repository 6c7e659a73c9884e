/** One instruction of a Dockerfile, its continued lines joined. */
export interface Instruction {
  /** In capitals: `FROM`, `COPY`. */
  name: string
  rest: string
  /** Its first line and the one behind its last. */
  from: number
  to: number
}

export interface Stage {
  from: string
  name?: string
  instructions: Instruction[]
}

export const linesOf = (text: string): string[] => text.replace(/^\uFEFF/, '').split(/\r?\n/)

/** Docker's reference, "Parser directives", "Here-documents": the parts that matter for reading. */
export function readDockerfile(text: string): Instruction[] {
  const lines = linesOf(text)
  const continued = /^\s*#\s*escape\s*=\s*`/im.test(lines.slice(0, 3).join('\n')) ? '`' : '\\'
  const found: Instruction[] = []
  for (let at = 0; at < lines.length; at++) {
    const start = at
    const parts: string[] = []
    let line = lines[at] ?? ''
    if (/^\s*(#|$)/.test(line)) continue
    while (line.trimEnd().endsWith(continued) && at + 1 < lines.length) {
      parts.push(line.trimEnd().slice(0, -1))
      at += 1
      // Comments and empty lines inside an instruction are skipped.
      while (/^\s*#/.test(lines[at] ?? '') && at + 1 < lines.length) at += 1
      line = lines[at] ?? ''
    }
    parts.push(line)
    const [, name = '', rest = ''] = /^\s*(\S+)\s*([\s\S]*)$/.exec(parts.join(' ')) ?? []
    const upper = name.toUpperCase()
    if (['RUN', 'COPY', 'ADD'].includes(upper)) {
      for (const [, end = ''] of rest.matchAll(/<<-?["']?(\w+)["']?/g))
        while (at + 1 < lines.length) {
          at += 1
          if ((lines[at] ?? '').trim() === end) break
        }
    }
    found.push({ name: upper, rest: rest.trim(), from: start, to: at + 1 })
  }
  return found
}

/** The stages up to the one that is built: `target`, or the last. */
export function stagesOf(instructions: readonly Instruction[], target?: string): Stage[] {
  const stages: Stage[] = []
  for (const instruction of instructions) {
    if (instruction.name === 'FROM') {
      const words = instruction.rest.split(/\s+/).filter((word) => !word.startsWith('--'))
      const name = /^as$/i.test(words[1] ?? '') ? words[2] : undefined
      stages.push({ from: words[0] ?? '', ...(name && { name }), instructions: [] })
    } else stages.at(-1)?.instructions.push(instruction)
  }
  const wanted = stages.findIndex(
    ({ name }, index) => name?.toLowerCase() === target?.toLowerCase() || String(index) === target,
  )
  return target === undefined || wanted < 0 ? stages : stages.slice(0, wanted + 1)
}

/** The JSON form of an instruction; undefined for the shell's. */
export function jsonForm(rest: string): string[] | undefined {
  if (!rest.startsWith('[')) return undefined
  try {
    const value: unknown = JSON.parse(rest)
    return Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : undefined
  } catch {
    return undefined
  }
}
