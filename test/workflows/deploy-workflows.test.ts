import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import aslValidator from 'asl-validator'
import { parse } from 'yaml'

interface State {
  Type: string
  Comment?: string
  Next?: string
  Default?: string
  End?: boolean
  Choices?: { Next: string }[]
  Catch?: { Next: string }[]
  Retry?: { ErrorEquals: string[] }[]
  Resource?: string
  ItemProcessor?: Machine
  Branches?: Machine[]
}
interface Machine {
  StartAt: string
  States: Record<string, State>
}

const NAMES = ['deploy', 'service', 'scale', 'restart', 'job', 'teardown', 'rotate-secrets']
const text = (name: string) => readFileSync(`workflows/${name}.asl.yml`, 'utf8')
const machine = (name: string): Machine => parse(text(name))

/** The machine itself and what its Map and Parallel states run. */
function machines(root: Machine): Machine[] {
  const inner = Object.values(root.States).flatMap(({ ItemProcessor, Branches = [] }) => [
    ...(ItemProcessor ? [ItemProcessor] : []),
    ...Branches,
  ])
  return [root, ...inner.flatMap(machines)]
}
const states = (name: string) => machines(machine(name)).flatMap(({ States }) => Object.entries(States))
const exits = (state: State): string[] =>
  [
    state.Next,
    state.Default,
    ...[...(state.Choices ?? []), ...(state.Catch ?? [])].map(({ Next }) => Next),
  ].filter((next) => next !== undefined)

describe.each(NAMES)('the workflow %s', (name) => {
  it('is valid Amazon States Language', () => {
    const validate = aslValidator as unknown as (
      definition: unknown,
      options: object,
    ) => { errors: unknown[] }
    expect(validate(machine(name), { checkArn: false }).errors).toEqual([])
  })

  it('says in a comment what each state is for', () => {
    expect(states(name).filter(([, { Comment }]) => !Comment)).toEqual([])
  })

  it('ends in Success, FailureClean or FailureDirty', () => {
    const ends = Object.entries(machine(name).States).filter(([, { Type }]) => /Succeed|Fail/.test(Type))
    expect(ends.map(([state]) => state).sort()).toEqual(['FailureClean', 'FailureDirty', 'Success'])
  })

  it('can reach every state, and leads every state to an end', () => {
    for (const { StartAt, States } of machines(machine(name))) {
      const reached = new Set<string>()
      const visit = (state: string): void => {
        if (reached.has(state)) return
        reached.add(state)
        for (const next of exits(States[state] as State)) visit(next)
      }
      visit(StartAt)
      expect([...reached].sort()).toEqual(Object.keys(States).sort())
      const stuck = Object.entries(States).filter(
        ([, state]) => exits(state).length === 0 && !state.End && !/Succeed|Fail/.test(state.Type),
      )
      expect(stuck).toEqual([])
    }
  })

  it('catches everything that its own tasks may throw', () => {
    const bare = Object.entries(machine(name).States).filter(
      ([, { Type, Catch }]) => /Task|Map|Parallel/.test(Type) && !Catch,
    )
    expect(bare).toEqual([])
  })

  it('repeats a function when the service Lambda fails', () => {
    const once = states(name).filter(
      ([, { Resource, Retry }]) =>
        Resource?.includes('lambda') &&
        !Retry?.some(({ ErrorEquals }) => ErrorEquals.includes('Lambda.ServiceException')),
    )
    expect(once).toEqual([])
  })

  it('is given exactly the functions and workflows that it names', () => {
    const named = new Set([...text(name).matchAll(/\$\{(\w+)\}/g)].map(([, variable]) => variable))
    const resources = readFileSync(`resources/workflows/${name}.yml`, 'utf8')
    const [, block = ''] = /DefinitionSubstitutions:\n((?: {8}.*\n)+)/.exec(resources) ?? []
    const given = [...block.matchAll(/^ {8}(\w+):/gm)].map(([, variable]) => variable)
    expect(given.sort()).toEqual([...named].sort())
  })
})
