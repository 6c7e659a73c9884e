import type { DefinitionSource, DefinitionTexts } from '../../core/registration/definitions.ts'

/** Parameter Store in memory. */
export class MemoryDefinitions implements DefinitionSource {
  readonly parameters = new Map<string, string>()
  /** Names that cannot be read. */
  readonly broken: ReadonlySet<string>

  constructor(broken: ReadonlySet<string> = new Set()) {
    this.broken = broken
  }

  async read(names: string[]): Promise<DefinitionTexts> {
    const texts: DefinitionTexts = { found: new Map(), missing: [], failed: new Map() }
    for (const name of names) {
      const text = this.parameters.get(name)
      if (this.broken.has(name)) texts.failed.set(name, new Error('ThrottlingException'))
      else if (text === undefined) texts.missing.push(name)
      else texts.found.set(name, text)
    }
    return texts
  }
}
