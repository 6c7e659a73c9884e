import { readYaml } from '../base/yaml-document.ts'
import { isPlain, locatedServices } from './definition.ts'
import type { ServiceDefinition } from './schema.ts'

/** A definition with the place of each of its services' names. */
export interface NamedServices {
  services: ServiceDefinition[]
  /** The file, with the line of each name unless the text is base64 or was written in HCL. */
  places: string[]
}

/**
 * Reads a definition of a checkout.
 * @throws {BadDefinition} as `parseDefinition` does
 */
export function namedServices(text: string, file: string): NamedServices {
  const located = locatedServices(text, file)
  // JSON is YAML, and the YAML reader knows the lines.
  const document = isPlain(text) && !file.endsWith('.hcl') ? readYaml(text, file) : undefined
  return {
    services: located.map(({ service }) => service),
    places: located.map(({ namePath }) => (document ? `${file}:${document.line(namePath)}` : file)),
  }
}
