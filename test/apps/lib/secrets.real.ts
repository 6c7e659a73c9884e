import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { until } from '../../../scripts/demo/wait.ts'
import { ParameterStore } from './parameter-store.ts'
import { LANGUAGES, makeProgram, type Started } from './secret-programs.ts'

/** How often a program looks, in milliseconds. */
const LOOK = 200

describe.each(LANGUAGES)('secrets in %s', (language) => {
  let folder: string
  let program: Started
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'secrets-'))
    program = await makeProgram(language, folder)
  }, 240_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  let store: ParameterStore
  let env: Record<string, string>
  let running: ChildProcess | undefined
  let said = ''
  beforeEach(async () => {
    store = new ParameterStore()
    env = await store.start()
    said = ''
  })
  afterEach(async () => {
    if (running?.exitCode === null && running.signalCode === null) {
      running.kill('SIGKILL')
      await once(running, 'exit')
    }
    await store.stop()
  })

  const start = (places: Record<string, string>, seconds = 60) => {
    const secrets = Object.entries(places).map(([name, place]) => `${name}=${place}`)
    running = spawn(program.command, program.args, {
      env: {
        ...env,
        PATH: process.env.PATH ?? delimiter,
        NANOFLEET_SECRETS: secrets.join(','),
        WANTED: Object.keys(places).join(','),
        START: String(seconds),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [running.stdout, running.stderr])
      stream?.on('data', (text) => {
        said += text
      })
    return running
  }
  const untilSaid = (text: string) =>
    until(`${language} to say ${text}`, 60, async () => said.includes(text) || undefined)
  const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))
  const read = () => store.calls.filter(({ decrypted }) => decrypted).length

  it('are those of the first parameter that exists, and new ones are there without a restart', async () => {
    store.put('/app/A', 'of the app "ä\\n"')
    store.put('/app/B', 'b')
    start({ A: '/app/web/A|/app/A', B: '/app/web/B|/app/B' })
    await untilSaid('B=b\n')
    expect(said).toBe('A=of the app "ä\\n"\nB=b\n')
    store.put('/app/B', 'c')
    await untilSaid('B=c\n')
    store.put('/app/web/A', 'its own')
    await untilSaid('A=its own\n')
    // The same value once more is no change.
    store.put('/app/web/A', 'its own')
    await until('the next look', 60, async () => read() === 4 || undefined)
    await pause(2 * LOOK)
    expect(said).toBe('A=of the app "ä\\n"\nB=b\nB=c\nA=its own\n')
  }, 120_000)

  it('are looked at about as often as was said, and read only when one is new', async () => {
    store.put('/a', '1')
    start({ A: '/a' })
    await untilSaid('A=1\n')
    const [before, began] = [store.calls.length, Date.now()]
    await pause(10 * LOOK)
    const looks = store.calls.length - before
    expect(looks).toBeLessThanOrEqual(Math.ceil((Date.now() - began) / (0.8 * LOOK)) + 1)
    expect(looks).toBeGreaterThan(1)
    expect(read()).toBe(1)
    expect(store.credentials).toBe(1)
  }, 120_000)

  it('stay as they are while AWS does not answer or one is deleted, which is said once', async () => {
    store.put('/a', '1')
    start({ A: '/a' })
    await untilSaid('A=1\n')
    store.problem = { status: 400, body: '{"__type":"ThrottlingException"}' }
    await untilSaid('ThrottlingException')
    await pause(4 * LOOK)
    store.problem = undefined
    store.kept.delete('/a')
    await untilSaid('the secret A is not set')
    store.put('/a', '2')
    store.put('/a', '2')
    await untilSaid('A=2\n')
    expect(said.match(/secrets stay as they are/g)).toHaveLength(2)
  }, 120_000)

  it('end the program at its start if one is not set, by name and with the command', async () => {
    store.put('/a', '1')
    const [code] = await once(start({ A: '/a', MISSING: '/b|/c' }), 'exit')
    expect(code).not.toBe(0)
    expect(said).toContain('the secret MISSING is not set; set it with "nanofleet secrets set"')
    expect(store.calls).toHaveLength(1)
  }, 120_000)

  it('are waited for while the role is not known yet', async () => {
    store.put('/a', '1')
    store.problem = { status: 400, body: '{"__type":"AccessDeniedException"}' }
    start({ A: '/a' })
    await until('a second try', 60, async () => store.calls.length > 1 || undefined)
    store.problem = undefined
    await untilSaid('A=1\n')
  }, 120_000)

  it('end the program if nobody lets it read them', async () => {
    store.problem = { status: 400, body: '{"__type":"AccessDeniedException"}' }
    await once(start({ A: '/a' }, 2), 'exit')
    expect(said).toContain('AccessDeniedException')
  }, 120_000)

  it('are read ten at a time, with credentials that have not ended', async () => {
    const names = Array.from({ length: 11 }, (_, index) => `N${index}`)
    for (const name of names) store.put(`/${name}`, name)
    store.seconds = 301
    start(Object.fromEntries(names.map((name) => [name, `/${name}`])))
    await untilSaid('N10=N10\n')
    expect(store.calls.slice(0, 2).map((call) => call.names.length)).toEqual([10, 1])
    await until('other credentials', 60, async () => store.credentials > 1 || undefined)
    store.put('/N10', 'new')
    await untilSaid('N10=new\n')
  }, 120_000)
})
