import { BadDefinition, parseDefinition } from '../definition/definition.ts'
import { type Definition, withFingerprint } from './registration.ts'

/** What reading some parameters gave; a name is in exactly one of the three. */
export interface DefinitionTexts {
  found: Map<string, string>
  missing: string[]
  /** Not read, with the reason: nothing may be concluded about these. */
  failed: Map<string, Error>
}

/**
 * Where definitions are kept (SSM). Never rejects: a parameter that cannot be read does not affect the
 * others.
 */
export interface DefinitionSource {
  read(names: string[]): Promise<DefinitionTexts>
}

/** The definitions of these parameters that can be used, and a sentence for each that cannot. */
export async function readDefinitions(
  source: DefinitionSource,
  names: string[],
): Promise<{ definitions: Map<string, Definition>; problems: string[] }> {
  const { found, missing, failed } = await source.read([...new Set(names)])
  const definitions = new Map<string, Definition>()
  const problems = [
    ...missing.map(
      (name) => `${name}: there is no such parameter; instances tagged with it are not registered`,
    ),
    ...[...failed].map(([name, error]) => `${name}: ${error.message}`),
  ]
  for (const [name, text] of found) {
    try {
      definitions.set(name, withFingerprint(parseDefinition(text, name)))
    } catch (error) {
      if (!(error instanceof BadDefinition)) throw error
      problems.push(error.message)
    }
  }
  return { definitions, problems }
}
