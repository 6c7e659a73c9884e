import { describe, expect, it } from '@jest/globals'
import { candidates } from '../../cli/completion/candidates.ts'
import { checkoutNames } from '../../cli/completion/checkout-names.ts'
import { completionScript } from '../../cli/completion/scripts.ts'
import { load, program } from '../../cli/program.ts'
import { ROOT } from '../apps/apps.ts'

/** What may come next at the end of a line, which begins behind `nanofleet`. */
async function at(line: string): Promise<string[]> {
  const found = await candidates(program(), (command) => load(command), line.split(' '), checkoutNames(ROOT))
  return found.map(({ value }) => value)
}

describe('at TAB', () => {
  it.each([
    ['dep', ['deploy']],
    ['comp', ['completion']],
    ['local ', ['up', 'down', 'status', 'env', 'reset', 'help']],
    ['local re', ['reset']],
    ['amis cl', ['clean']],
    ['deploy ', ['boutique', 'events', 'hello', 'photos', 'platform', 'web']],
    ['deploy w', ['web']],
    ['deploy web ', []],
    ['deploy web --dr', ['--dry-run']],
    ['deploy --release 3 w', ['web']],
    ['deploy --release ', []],
    ['--stage dev deploy w', ['web']],
    ['--stage ', ['local']],
    ['--stage = ', ['local']],
    ['--stage =', ['local']],
    ['deploy web --st', ['--stage']],
    ['--js', ['--json']],
    ['scale boutique f', ['frontend']],
    ['scale boutique frontend ', []],
    ['build photos d', ['db']],
    ['build photos db d', []],
    ['push web p', ['photos', 'platform']],
    ['logs web ', ['web']],
    ['logs --function reg', ['register']],
    ['completion ', ['bash', 'zsh', 'fish']],
    ['help tea', ['teardown']],
    ['frobnicate ', []],
    ['scale nobody ', []],
  ])('after "nanofleet %s" come %j', async (line, values) => {
    expect((await at(line)).toSorted()).toEqual((values as string[]).toSorted())
  })

  it('a command comes with what it is for, and the one for the scripts not at all', async () => {
    const found = await candidates(program(), (command) => load(command), ['comp'], checkoutNames(ROOT))
    expect(found).toEqual([{ value: 'completion', about: expect.stringContaining('bash, zsh or fish') }])
  })
})

describe('a completion script', () => {
  const program = ["/opt/it's/node", '/checkout/cli/nanofleet.mjs']
  const ask = `'/opt/it'"'"'s/node' '/checkout/cli/nanofleet.mjs' 'complete' '--' `

  it.each([
    ['bash', '"$' + '{COMP_WORDS[@]:1:COMP_CWORD}"', 'complete -F _nanofleet nanofleet'],
    ['zsh', '"$' + '{(@)words[2,CURRENT]}"', 'compdef _nanofleet nanofleet'],
    [
      'fish',
      '$words "$current"',
      "complete --command nanofleet --no-files --arguments '(__nanofleet_candidates)'",
    ],
  ] as const)('for %s hands the words on and is bound to the command', (shell, words, binding) => {
    const script = completionScript(shell, program)
    expect(script).toContain(`${ask}${words} 2>/dev/null`)
    expect(script.split('\n').at(-1)).toBe(binding)
  })
})
