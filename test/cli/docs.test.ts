import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import type { Command } from 'commander'
import { load, program } from '../../cli/program.ts'
import { VERBS } from '../../cli/verbs.ts'
import { ROOT } from '../apps/apps.ts'

/** Commands of the page by what stands in their headings: `amis clean`. */
async function sections(): Promise<Map<string, string>> {
  const page = await readFile(join(ROOT, 'docs/cli.md'), 'utf8')
  const parts = page.split(/^###? nanofleet /m).slice(1)
  return new Map(parts.map((part) => [/^[a-z-]+( [a-z][a-z-]*)*/.exec(part)?.[0] ?? '', part]))
}

const nanofleet = program()
const shown = VERBS.filter(({ hidden }) => !hidden).flatMap(({ name }) =>
  nanofleet.commands.filter((command) => command.name() === name),
)
await Promise.all(shown.map((command) => load(command)))
/** Every command and subcommand, save the verbs of `local`, which share a section. */
const commands: [string, Command][] = shown.flatMap((command) => [
  [command.name(), command] as [string, Command],
  ...(command.name() === 'local' ? [] : command.commands).map((verb): [string, Command] => [
    `${command.name()} ${verb.name()}`,
    verb,
  ]),
])

describe('docs/cli.md', () => {
  it('describes the options of every command', async () => {
    const page = await readFile(join(ROOT, 'docs/cli.md'), 'utf8')
    for (const { flags, description } of nanofleet.options)
      expect(page).toContain(`| \`${flags}\` | ${description} |`)
  })

  it('has a section for each command and no other', async () => {
    expect([...(await sections()).keys()]).toEqual(commands.map(([name]) => name))
  })

  it.each(commands)(
    'describes %s as its help does, with an example and every option',
    async (name, command) => {
      const section = (await sections()).get(name) ?? ''
      expect(section.toLowerCase()).toContain(`${command.description().toLowerCase()}.`)
      expect(section).toContain(`\`\`\`console\n$ nanofleet ${name}`)
      const documented = [...section.matchAll(/^\| `([^`]+)` \| (.+?)(?: \(default [^)]*\))? \|$/gm)]
      const wanted = command.options.map(({ flags, description }) => [
        flags,
        description.replace(/ \(default .*\)$/, ''),
      ])
      expect(documented.map(([, flags, description]) => [flags, description])).toEqual(wanted)
    },
  )

  it.each(commands)('shows arguments of %s as they are', async (name, command) => {
    const heading = (await sections()).get(name)?.split('\n')[0]
    for (const argument of command.registeredArguments) {
      const shown = `${argument.name()}${argument.variadic ? '...' : ''}`
      expect(heading).toContain(argument.required ? `<${shown}>` : `[${shown}]`)
    }
  })
})
