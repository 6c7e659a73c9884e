import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { describe, expect, it } from '@jest/globals'

const repository = resolve(import.meta.dirname, '../../..')
const ROOMS = '{core,adapters,functions,cli,local,apps,buildspecs,scripts}/**/*.{ts,mjs}'
const CLASS = /^export class (\w+) extends (\w+)/gm

/** Every exported class that extends an error, directly or by another one of ours, with its file. */
async function errorClasses(): Promise<[string, string][]> {
  const classes: { name: string; base: string; file: string }[] = []
  for await (const file of glob(ROOMS, { cwd: repository, exclude: ['**/node_modules/**'] }))
    for (const [, name = '', base = ''] of readFileSync(join(repository, file), 'utf8').matchAll(CLASS))
      classes.push({ name, base, file })
  const errors = new Set(['Error'])
  for (let before = -1; before < errors.size; ) {
    before = errors.size
    for (const { name, base } of classes) if (errors.has(base)) errors.add(name)
  }
  return classes.filter(({ name }) => errors.has(name)).map(({ name, file }) => [name, file])
}

describe('errors', () => {
  const classes = errorClasses()

  it('bear the names of their classes, which logs, workflows and exit codes go by', async () => {
    const found = await classes
    expect(found.length).toBeGreaterThan(25)
    for (const [name, file] of found) {
      const module = await import(join(repository, file))
      const made: Error = Reflect.construct(module[name], ['one', 'two', 'three', 'four'])
      expect([file, made.name]).toEqual([file, name])
    }
  })
})
