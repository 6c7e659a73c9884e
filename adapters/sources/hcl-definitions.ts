import { createRequire } from 'node:module'
import { BadDefinition } from '../../core/definition/definition.ts'
import { hclValues } from '../../core/definition/hcl-values.ts'

const require = createRequire(import.meta.url)

/** The other name of a service's consul.json. */
const HCL = /^[^/]+\/consul\.hcl$/

/**
 * An app's files with the definitions in HCL as JSON, under their own names.
 * @param texts by path relative to the app's folder
 * @param folder for messages
 * @throws {BadDefinition}
 */
export async function withHclAsJson(
  texts: ReadonlyMap<string, string>,
  folder: string,
): Promise<Map<string, string>> {
  const read = [...texts].map(
    async ([path, text]): Promise<[string, string]> => [
      path,
      HCL.test(path) ? await jsonOfHcl(text, `${folder}/${path}`) : text,
    ],
  )
  return new Map(await Promise.all(read))
}

/** @throws {BadDefinition} with the line, for what is no HCL */
export async function jsonOfHcl(text: string, file: string): Promise<string> {
  const { parse } = parser()
  const value = await parse('consul.hcl', text).catch((cause: unknown) => {
    const said = cause instanceof Error ? cause.message : String(cause)
    const [, line, problem = said] = /\[?consul\.hcl:(\d+),[\d,-]+: ([^;\]]+)/.exec(said) ?? []
    throw new BadDefinition(
      line === undefined ? file : `${file}:${line}`,
      `is not HCL: ${problem}`,
      'correct it, or write consul.json',
      { cause },
    )
  })
  return `${JSON.stringify(hclValues(value, file), null, 2)}\n`
}

interface Parser {
  parse: (name: string, text: string) => Promise<unknown>
}

/**
 * Not imported: its WebAssembly takes a third of a second to start, which other apps need not wait for, and
 * its types would bring those of a browser.
 */
const parser = (): Parser => require('@cdktn/hcl2json') as Parser
