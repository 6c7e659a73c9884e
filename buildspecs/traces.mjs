// @ts-check
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { ownSourceMap } from './source-map.mjs'

/**
 * Shows the lines of the sources in traces. The map beside the program is read when the first trace is
 * written: Node's own --enable-source-maps reads it at each start, and a unikernel is not given NODE_OPTIONS.
 * What fails leaves the trace as it is.
 */
export const TRACES = `import { readFileSync as __readFile } from 'node:fs'
import { SourceMap as __SourceMap } from 'node:module'
let __sourceMap
const __placed = (frame) => {
  const text = String(frame)
  try {
    if (frame.getFileName() !== import.meta.url) return text
    __sourceMap ??= new __SourceMap(JSON.parse(__readFile(new URL(import.meta.url + '.map'), 'utf8')))
    const [line, column] = [frame.getLineNumber(), frame.getColumnNumber()]
    const { originalSource, originalLine, originalColumn } = __sourceMap.findEntry(line - 1, column - 1)
    const place = originalSource + ':' + (originalLine + 1) + ':' + (originalColumn + 1)
    return originalSource ? text.replace(import.meta.url + ':' + line + ':' + column, () => place) : text
  } catch {
    return text
  }
}
Error.prepareStackTrace = (error, frames) =>
  [Error.prototype.toString.call(error), ...frames.map((frame) => '    at ' + __placed(frame))].join('\\n')`

/**
 * Makes the map that esbuild wrote into one that only has the service's own sources, without their texts.
 * @param {string} file the program; its map is beside it
 * @param {string} root what the sources are shown relative to
 */
export function keepOwnSources(file, root) {
  const map = `${file}.map`
  writeFileSync(map, ownSourceMap(JSON.parse(readFileSync(map, 'utf8')), dirname(file), root))
}
