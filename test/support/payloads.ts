import { readdirSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { parse } from 'yaml'

const folder = resolve(import.meta.dirname, '../../workflows')

interface Task {
  Arguments?: { FunctionName?: string; Payload?: unknown }
}

/** What a state of a workflow gives to a function. */
interface Payload {
  workflow: string
  /** Of the function. */
  name: string
  keys: string[]
}

/**
 * What the states of the workflows give to functions, by key.
 * @param which `any` also those that hand on what they have as a whole, without keys
 */
export function payloads(which: 'with keys' | 'any' = 'with keys'): Payload[] {
  return readdirSync(folder).flatMap((file) => {
    const workflow = basename(file, '.asl.yml')
    return tasks(parse(readFileSync(join(folder, file), 'utf8'))).flatMap(({ Arguments }) => {
      const { FunctionName = '', Payload } = Arguments ?? {}
      const [, id] = /^\$\{(\w+?)(?:Function)?\}$/.exec(FunctionName) ?? []
      if (id === undefined) return []
      const whole = typeof Payload !== 'object' || Payload === null
      if (whole && which === 'with keys') return []
      return [{ workflow, name: fileOf(id), keys: whole ? [] : Object.keys(Payload) }]
    })
  })
}

/** `PlanCleanAmis` is in `plan-clean-amis`. */
const fileOf = (id: string): string =>
  id.replaceAll(/[A-Z]/g, (letter, at) => `${at > 0 ? '-' : ''}${letter.toLowerCase()}`)

function tasks(node: unknown): Task[] {
  if (typeof node !== 'object' || node === null) return []
  const inside = Object.values(node).flatMap(tasks)
  return 'Arguments' in node ? [node as Task, ...inside] : inside
}
