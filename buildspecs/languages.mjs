// @ts-check
import { readdirSync } from 'node:fs'

/**
 * What a source can be written in.
 * @typedef {'go' | 'typescript' | 'javascript' | 'python' | 'java'} Language
 */

/**
 * The files that say what a folder is written in, the surest first: a Go module may keep the main.js of a
 * page, and a folder with main.ts may have a package.json.
 * @type {[RegExp, Language][]}
 */
const MARKS = [
  [/^go\.mod$/, 'go'],
  [/^main\.ts$/, 'typescript'],
  [/^package\.json$/, 'javascript'],
  [/^main\.m?js$/, 'javascript'],
  [/^(pyproject\.toml|requirements\.txt|main\.py)$/, 'python'],
  [/^pom\.xml$/, 'java'],
  [/\.jar$/, 'java'],
  [/^main\.go$/, 'go'],
]

/** For a sentence. */
export const KNOWN =
  'go.mod, main.ts, package.json, main.js, main.mjs, pyproject.toml, requirements.txt, main.py, pom.xml, main.go or a jar'

/**
 * What a folder of sources is written in, by the files right in it; undefined if none of them says.
 * @param {string} folder
 * @returns {Language | undefined}
 */
export function languageOf(folder) {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
  return MARKS.find(([mark]) => names.some((name) => mark.test(name)))?.[1]
}
