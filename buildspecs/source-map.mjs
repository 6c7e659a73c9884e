// @ts-check
import { isAbsolute, relative, resolve } from 'node:path'

/**
 * What Node needs to show the lines of a service's own sources in traces: a source map without the texts and
 * without the packages, whose own lines nobody here could look up. Node reads the whole map at its start, and
 * packages are nine tenths of it.
 */

/**
 * @typedef {object} SourceMap as esbuild writes it
 * @property {string[]} sources
 * @property {string} mappings
 */

/**
 * @param {SourceMap} map
 * @param {string} folder the folder of the map, which its sources are relative to
 * @param {string} root what the sources are shown relative to
 * @returns {string} the map as JSON; the same for the same sources wherever they were compiled
 */
export function ownSourceMap({ sources, mappings }, folder, root) {
  const names = sources.map((source) => relative(resolve(root), resolve(folder, source)))
  const own = names.filter(isOwn).sort()
  const numbers = names.map((name) => own.indexOf(name))
  return JSON.stringify({ version: 3, sources: own, names: [], mappings: only(mappings, numbers) })
}

/** @param {string} name */
const isOwn = (name) =>
  !name.split('/').includes('node_modules') && !name.startsWith('..') && !isAbsolute(name)

/**
 * Takes out the places that come from other sources. The first of them in a row stays as a place that comes
 * from nowhere; otherwise what follows would count as the last own line.
 * @param {string} mappings
 * @param {number[]} numbers of each source, its new number; -1 for one that goes
 */
function only(mappings, numbers) {
  const was = { source: 0, line: 0, column: 0 }
  const said = { source: 0, line: 0, column: 0 }
  let isOutside = true
  const lines = mappings.split(';').map((line) => {
    let column = 0
    let written = 0
    const segments = line === '' ? [] : line.split(',')
    const kept = segments.flatMap((segment) => {
      const [across = 0, source, down = 0, along = 0] = decode(segment)
      column += across
      if (source !== undefined) {
        was.source += source
        was.line += down
        was.column += along
      }
      const number = source === undefined ? -1 : (numbers[was.source] ?? -1)
      if (number < 0 && isOutside) return []
      isOutside = number < 0
      const fields = [column - written]
      written = column
      if (isOutside) return [encode(fields)]
      fields.push(number - said.source, was.line - said.line, was.column - said.column)
      said.source = number
      said.line = was.line
      said.column = was.column
      return [encode(fields)]
    })
    return kept.join(',')
  })
  return lines.join(';').replace(/;+$/, '')
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/**
 * Numbers as base64 digits of five bits, the sign in the last bit ("Source map format specification",
 * Base64 VLQ).
 * @param {string} segment
 * @returns {number[]}
 */
function decode(segment) {
  /** @type {number[]} */
  const values = []
  let value = 0
  let shift = 0
  for (const character of segment) {
    const digit = DIGITS.indexOf(character)
    value += (digit & 31) << shift
    shift += 5
    if (digit & 32) continue
    values.push(value & 1 ? -(value >> 1) : value >> 1)
    value = 0
    shift = 0
  }
  return values
}

/** @param {number[]} values */
function encode(values) {
  return values
    .map((value) => {
      let rest = value < 0 ? (-value << 1) | 1 : value << 1
      let text = ''
      do {
        const digit = rest & 31
        rest >>= 5
        text += DIGITS[rest > 0 ? digit | 32 : digit]
      } while (rest > 0)
      return text
    })
    .join('')
}
