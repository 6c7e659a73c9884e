import * as z from 'zod'
import { InvalidInput } from '../base/errors.ts'
import { readJson } from '../base/json-document.ts'
import { refuse } from '../base/schema-problems.ts'
import { CONFIG } from './ops-keys.ts'
import { opsProblems } from './ops-rules.ts'
import { folded, opsValues, UNKNOWN_KEY } from './ops-values.ts'

/** The `config.json` of a service. */
export interface OpsConfig {
  /** Its keys in the letters of Go, whatever the file has; without those that are null. */
  config: Record<string, unknown>
  /** What has no effect, a sentence each. */
  warnings: string[]
}

/**
 * Reads the `config.json` of a service as ops does, and refuses what would make an image that differs from
 * what its author reads.
 * @param place the file, such as `images/web/web/config.json`
 * @throws {InvalidInput} with one sentence per problem, each with its line
 */
export function parseOpsConfig(json: string, place: string): OpsConfig {
  const document = readJson(json, place)
  if (typeof document.value !== 'object' || document.value === null || Array.isArray(document.value))
    throw new InvalidInput(place, 'must be an object', 'write {"Program": "/app/program"}')
  const values = opsValues(document.value, CONFIG, document.written)
  const given = Object.keys(document.value)
  const original = (name: string) => given.find((key) => folded(key) === folded(name)) ?? name
  const problems = values.faults.length > 0 ? values.faults : opsProblems(values, original)
  refuse(problems, place, document)
  const warnings = values.used.flatMap(({ key, path }) =>
    key.ignored === undefined ? [] : [`${place}:${document.line(path)}: ${path.join('.')} ${key.ignored}`],
  )
  return { config: values.config, warnings }
}

/** The `config` of a stored bundle: what was refused since it was pushed does not matter. */
export const opsConfigSchema = z.unknown().transform((value, context): Record<string, unknown> => {
  const { config, faults } = opsValues(value, CONFIG)
  for (const { path, problem } of faults) {
    const [inner, keys] = [path.slice(0, -1), [String(path.at(-1))]]
    if (problem === UNKNOWN_KEY)
      context.addIssue({ code: 'unrecognized_keys', path: inner, keys, input: config })
    else context.addIssue({ code: 'custom', path: [...path], message: 'is not what ops takes' })
  }
  return config
})
