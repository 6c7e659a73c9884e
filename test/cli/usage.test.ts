import { describe, expect, it } from '@jest/globals'
import { type Command, CommanderError, Help } from 'commander'
import { openContext } from '../../cli/context.ts'
import { load, program } from '../../cli/program.ts'
import { VERBS } from '../../cli/verbs.ts'
import { InvalidInput } from '../../core/base/errors.ts'
import manifest from '../../package.json' with { type: 'json' }

/** A stage was asked for, so the arguments were right. */
class Opened extends Error {
  readonly options: unknown

  constructor(options: unknown) {
    super('opened')
    this.options = options
  }
}

/** Parses a command line up to the point where the command asks for its stage. */
async function parse(line: string): Promise<{ text: string; error: unknown }> {
  let text = ''
  const write = (part: string): void => {
    text += part
  }
  const nanofleet = program((options) => Promise.reject(new Opened(options)), {
    writeOut: write,
    writeErr: write,
  })
  try {
    await nanofleet.parseAsync(line.split(' ').filter(Boolean), { from: 'user' })
    return { text, error: undefined }
  } catch (error) {
    return { text, error }
  }
}

describe('the command line', () => {
  it.each([
    'push',
    'push web platform',
    'build web',
    'build web web --force --no-push --no-wait',
    'deploy web',
    'deploy web --release 3',
    'deploy web --dry-run --no-push',
    'deploy web --dry-run --detailed-exitcode --out web.plan',
    'deploy --plan web.plan',
    'status',
    'status web',
    'instances',
    'instances web web',
    'releases web',
    'timeline web',
    'timeline web web --since 1h',
    'rollback web 3 --yes',
    'scale web web 0',
    'restart web',
    'restart web web --yes --no-wait',
    'replace i-0a --force',
    'logs web',
    'logs web web --follow --since 90s --grep error',
    'logs web --tail 20 --instance i-0a1b',
    'status web --watch --interval 5s',
    'timeline web --follow',
    'proxy web web',
    'proxy web web 0 --through-function',
    'logs --function register',
    'open web --print',
    'teardown web --yes --keep-data',
    'amis',
    'amis clean --keep 0 --min-age-days 0.5 --max 10 --delete',
    'executions',
    'executions web-1 -n 3',
    'retry web-1 --no-wait',
    'cancel web-1',
    'kafka web',
    'drift',
    'reconcile',
    'dead-letters',
    'dead-letters --send',
  ])('takes "%s"', async (line) => {
    const { error } = await parse(`${line} --stage dev --region us-east-1 --json`)
    expect(error).toBeInstanceOf(Opened)
    expect((error as Opened).options).toMatchObject({ stage: 'dev', region: 'us-east-1', json: true })
  })

  it.each([
    ['depoy web', /unknown command 'depoy'\n\(Did you mean deploy\?\)/],
    ['deploy web --dry-rum', /unknown option '--dry-rum'\n\(Did you mean --dry-run\?\)/],
    ['local upp', /unknown command 'upp'\n\(Did you mean up\?\)/],
    ['local up --now', /unknown option '--now'/],
    [
      'destroy web',
      /unknown command 'destroy'\n\(No command is suggested for what takes something away; "nanofleet help" lists/,
    ],
    ['remove web', /takes something away/],
    ['down', /takes something away/],
    ['local destroy', /"nanofleet help local" lists them all/],
    ['undo web', /\(That is "rollback" here\.\)/],
    ['release web', /\(Did you mean releases\?\)/],
    ['ls', /\(That is "status" here\.\)/],
    ['port-forward web web', /\(That is "proxy" here\.\)/],
    ['watch', /\(That is "status --watch" here\.\)/],
    ['proxy web web 65536', /Ports end at 65535/],
    ['logs web --tail 0', /It starts at 1/],
    ['logs web --instance web', /"web" is not the id of an instance/],
    ['convert x', /\(That is "init" here\.\)/],
    ['rollback web 0', /It starts at 1/],
    ['replace web', /"web" is not the id of an instance/],
    ['start', /\(That is "local up" here\.\)/],
    ['local start', /\(That is "local up" here\.\)/],
    ['local restart', /\(That is "local down, then up" here\.\)/],
    ['help depoy', /unknown command 'depoy'\n\(Did you mean deploy\?\)/],
    ['deploy', /missing required argument 'app'/],
    ['deploy Web', /Names have lower-case letters/],
    ['deploy web 3', /'3' is invalid for argument 'services'/],
    ['deploy web --release 0', /It starts at 1/],
    ['deploy web --release', /argument missing/],
    ['scale web web', /missing required argument 'count'/],
    ['scale web web -1', /"-1" is not a whole number from 0 on/],
    ['scale web web two', /"two" is not a whole number from 0 on/],
    ['logs web --since yesterday', /"yesterday" is not a time span; write 30s, 10m, 2h or 1d/],
    ['amis clean --min-age-days -1', /is not a number of days|argument missing/],
    ['amis clean --max 0', /It starts at 1/],
    ['executions -n x', /"x" is not a whole number/],
    ['retry', /missing required argument 'name'/],
  ])('refuses "%s" in one sentence', async (line, sentence) => {
    const { text, error } = await parse(line)
    expect(error).toBeInstanceOf(CommanderError)
    expect(text).toMatch(sentence)
    expect(text).toContain('--help')
  })

  it.each([
    'roll-back web',
    'teardwon web',
    'rest',
    'local rest',
    'local dwon',
    'rotate-secret',
    'frobnicate',
  ])('suggests nothing for "%s": what is close takes something away, or nothing is close', async (line) => {
    const { text, error } = await parse(line)
    expect(error).toMatchObject({ code: 'commander.unknownCommand' })
    expect(text).toMatch(/^error: unknown command '[a-z-]+'\n\("--help"/)
  })

  it.each([
    ['logs', 'it takes an app or --function; give one of them'],
    ['logs web --function register', 'it takes an app or --function; give one of them'],
    ['logs --function register --instance i-0a', 'a function has no instances; name an app'],
    ['status --watch --interval 0s', 'it is shorter than a second; write 1s or more'],
    ['teardown web --keep-data --delete-data', 'they contradict each other; give one of them'],
  ])('refuses "%s" before it looks at the stage', async (line, sentence) => {
    const { error } = await parse(line)
    expect(error).toBeInstanceOf(InvalidInput)
    expect((error as Error).message).toContain(sentence)
  })

  it('shows help with examples for every command', async () => {
    for (const { name } of VERBS.filter(({ hidden }) => !hidden)) {
      const { text, error } = await parse(`${name} --help`)
      expect(error).toMatchObject({ code: 'commander.helpDisplayed', exitCode: 0 })
      expect(text).toMatch(new RegExp(`Usage: nanofleet ${name}`))
      expect(text).toMatch(/Examples?:\n {2}nanofleet/)
      expect(text).toContain('--stage <stage>')
      expect((await parse(`help ${name}`)).text).toBe(text)
    }
  })

  it('shows the help of a command inside another one', async () => {
    const { text } = await parse('help amis clean')
    expect(text).toContain('--min-age-days')
    expect((await parse('amis clean --help')).text).toBe(text)
  })

  it('lists every command as it is used', async () => {
    const nanofleet = program()
    const { text } = await parse('--help')
    for (const command of visible(nanofleet).filter((each) => each.name() !== 'help')) {
      await load(command)
      const term = new Help().subcommandTerm(command)
      expect(text).toContain(`\n  ${term} `)
      expect(text).toContain(` ${command.description()}\n`)
    }
    expect(text).not.toMatch(/^ {2}complete /m)
  })

  it('prints the version of the package and of Node', async () => {
    const { text, error } = await parse('--version')
    expect(error).toMatchObject({ code: 'commander.version', exitCode: 0 })
    expect(text).toBe(`nanofleet ${manifest.version}, Node ${process.versions.node}\n`)
  })
})

const visible = (command: Command) => command.createHelp().visibleCommands(command)

describe('a word of another tool', () => {
  const words = ['destroy', 'remove', 'rm', 'delete', 'wipe', 'uninstall', 'kill', 'stop', 'clean', 'drop']
  it.each(words.flatMap((word) => [word, `local ${word}`]))(
    'is not answered with a command that destroys: "%s"',
    async (line) => expect((await parse(line)).text).not.toMatch(/teardown|reset|clean"|--delete/),
  )
})

describe('a mistyped word', () => {
  const harmful = [
    'teardown',
    'rotate-secrets',
    'rollback',
    'restart',
    'replace',
    'cancel',
    'local reset',
    'local down',
  ]
  it.each(harmful.flatMap((verb) => [verb.slice(0, -1), `${verb}x`, verb.replace(/(.)(.)$/, '$2$1')]))(
    'is not answered with a command that removes, replaces or stops something: "%s"',
    async (line) => {
      const { text } = await parse(line)
      const named = /Did you mean ([a-z-]+)\?|That is "([^"]+)"/.exec(text)?.slice(1).find(Boolean) ?? ''
      expect(harmful.map((verb) => verb.replace('local ', ''))).not.toContain(named)
    },
  )
})

describe('a stage', () => {
  it.each([
    [{ stage: 'Dev' }, '--stage: "Dev" is not a stage name'],
    [{ stage: 'a'.repeat(21) }, 'is not a stage name; use up to 20'],
    [{ stage: 'dev', region: 'europe' }, '--region: "europe" is not an AWS region'],
  ])('is refused as %j', async (options, sentence) => {
    await expect(openContext(options, {})).rejects.toThrow(sentence)
  })
})
