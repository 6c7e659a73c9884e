import { CLOUDFORMATION_TAGS } from '../base/cloudformation-yaml.ts'
import { InvalidInput } from '../base/errors.ts'
import { readJson } from '../base/json-document.ts'
import { readYaml, type YamlDocument } from '../base/yaml-document.ts'

/** The largest spec, in bytes; that of a shop of eleven services has 12 KiB. */
export const LARGEST_SPEC = 1024 * 1024

/** Lines, keys and values beside each other; the shop has 1,000. */
const MOST_PARTS = 10_000

/** Maps and lists inside each other; a resource's policy has about twelve. */
const DEEPEST = 64

/**
 * Reads a spec, in YAML or JSON, from bytes that anyone may have sent.
 * @param place the file, or `body`
 * @throws {InvalidInput} with one sentence if it is no such document, or holds what no spec needs
 */
export function readDocument(bytes: Uint8Array, place: string): YamlDocument {
  if (bytes.length > LARGEST_SPEC)
    throw new InvalidInput(place, `has ${bytes.length} bytes, and ${LARGEST_SPEC} are allowed`, 'shorten it')
  const text = decoded(bytes, place)
  refuseExcess(text, place)
  const document = /^\s*[[{]/.test(text) ? ofJson(text, place) : ofYaml(text, place)
  refuseStrangeKeys(document, place)
  return document
}

function decoded(bytes: Uint8Array, place: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new InvalidInput(place, 'is not text in UTF-8', 'save it as UTF-8', { cause })
  }
}

/** YAML may begin like JSON, such as `{app: web}`. */
function ofJson(text: string, place: string): YamlDocument {
  try {
    JSON.parse(text)
  } catch {
    return ofYaml(text, place)
  }
  return readJson(text, place)
}

function ofYaml(text: string, place: string): YamlDocument {
  try {
    return readYaml(text, place, CLOUDFORMATION_TAGS)
  } catch (error) {
    // Its parser calls itself for each level.
    if (/maximum call stack/i.test((error as Error).message)) throw tooDeep(place, error as Error)
    throw error
  }
}

const tooDeep = (place: string, cause?: Error): InvalidInput =>
  new InvalidInput(place, `is nested more than ${DEEPEST} deep`, 'write it flatter', cause && { cause })

/** Before it is parsed: a reader of YAML takes seconds for what is deeper or has more parts. */
function refuseExcess(text: string, place: string): void {
  let [depth, parts] = [0, 0]
  for (const [token] of text.matchAll(/"(?:[^"\\\n]|\\.)*"|[{}[\],\n:*&!']/g)) {
    if (token === '{' || token === '[') depth += 1
    else if (token === '}' || token === ']') depth -= 1
    else parts += 1
    if (depth > DEEPEST) throw tooDeep(place)
    if (parts > MOST_PARTS)
      throw new InvalidInput(place, `has more than ${MOST_PARTS} lines and values`, 'shorten it')
  }
  // Lists in lists on one line.
  if (new RegExp(`^[ \\t]*(?:[-?:][ \\t]+){${DEEPEST}}`, 'm').test(text)) throw tooDeep(place)
}

/** Names that every object of JavaScript has: nothing of ours is called so. */
const STRANGE = ['__proto__', 'constructor', 'prototype']

function refuseStrangeKeys(document: YamlDocument, place: string): void {
  const look = (value: unknown, path: (string | number)[]): void => {
    if (path.length > DEEPEST) throw tooDeep(place)
    if (value === null || typeof value !== 'object') return
    for (const [key, inner] of Object.entries(value)) {
      const below = [...path, Array.isArray(value) ? Number(key) : key]
      if (STRANGE.includes(key) && !Array.isArray(value))
        throw new InvalidInput(
          `${place}:${document.line(below)}: ${below.join('.')}`,
          'nothing may have this name',
          'choose another name',
        )
      look(inner, below)
    }
  }
  look(document.value, [])
}
