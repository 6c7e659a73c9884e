import { readYaml } from '../base/yaml-document.ts'
import { isPlain, parseDefinition, servicesIn } from './definition.ts'

/**
 * The names under which Consul will know the services of a definition, each with its place: the file, with the line
 * unless the text is base64.
 * @throws {BadDefinition} as `parseDefinition` does
 */
export function namedServices(text: string, file: string): { name: string; place: string }[] {
  const services = servicesIn(text, file)
  // JSON is YAML, and the YAML reader knows the lines.
  const document = isPlain(text) ? readYaml(text, file) : undefined
  return parseDefinition(text, file).map(({ Name: name }, index) => {
    const { value, path } = services[index] ?? { value: {}, path: [] }
    const key = Object.keys(Object(value)).find((each) => /^name$/i.test(each)) ?? ''
    return { name, place: document ? `${file}:${document.line([...path, key])}` : file }
  })
}
