import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { putLoader } from '../../adapters/sources/loaders.ts'
import { hiddenValue, type ValueSource } from '../../cli/hidden-value.ts'
import { assignments, secretWords } from '../../cli/setting-words.ts'
import { listed as listedVariables } from '../../cli/stage/env-list.ts'
import { listed as listedSecrets } from '../../cli/stage/secret-list.ts'
import { envText } from '../../cli/text/env-text.ts'
import { secretsText, who } from '../../cli/text/secrets-text.ts'
import { parsedApp } from '../../core/template/parsed-app.ts'
import { ROOT, sampleApp } from '../apps/apps.ts'

const shop = (web: string) =>
  parsedApp(sampleApp('shop', `services:\n  web: ${web}\n  job: {secrets: [B]}\n`))

describe('the words after the app', () => {
  it.each([
    [['KEY'], { name: 'KEY' }],
    [['web', 'KEY'], { service: 'web', name: 'KEY' }],
    [['key'], { name: 'key' }],
  ])('of a secret are %j', (words, setting) => {
    expect(secretWords('secrets set shop', words)).toEqual(setting)
  })

  it.each([
    [['KEY=hunter2!']],
    [['KEY', 'hunter2!']],
    [['web', 'KEY', 'hunter2!']],
    [['web', 'hunter2!']],
    [[]],
  ])('are refused without a word of them when one may be a secret (%#)', (words) => {
    const refused = () => secretWords('secrets set shop', words)
    expect(refused).toThrow('a value is never an argument')
    expect(refused).not.toThrow(/hunter2/)
  })

  it.each([
    [['A=1'], [{ name: 'A', value: '1' }]],
    [
      ['web', 'A=1', 'B=x=y'],
      [
        { service: 'web', name: 'A', value: '1' },
        { service: 'web', name: 'B', value: 'x=y' },
      ],
    ],
  ])('of a variable are %j', (words, set) => {
    expect(assignments('env set shop', words)).toEqual(set)
  })

  it.each([
    [['web'], 'env set shop: nothing is to be set; write NAME=value behind web'],
    [['Web', 'A=1'], 'env set shop: "Web" is neither a service nor NAME=value; write NAME=value'],
    [['A=1', 'B'], 'env set shop: "B" has no value; write NAME=value'],
    [['A=1', 'A=2'], 'env set shop: A is there twice; give it one value'],
    [['A='], 'env set shop: the value is empty; give one, or take it away with rm'],
    [
      ['AWS_REGION=x'],
      'env set shop: AWS_REGION is reserved; choose a name that begins neither with AWS_ nor with NANOFLEET_',
    ],
    [['PORT=1'], 'env set shop: PORT is reserved; what a program listens on is in config.json and app.yml'],
    [['=1'], 'env set shop: "" is not an environment name; use letters, digits and _, no digit first'],
  ])('of a variable are refused as %j', (words, sentence) => {
    expect(() => assignments('env set shop', words)).toThrow(sentence)
  })
})

/** A terminal on which somebody types. */
function terminal(typed: string) {
  const input = new PassThrough()
  const modes: boolean[] = []
  const isTTY = true
  const setRawMode = (mode: boolean) => modes.push(mode)
  input.write(typed)
  return { modes, input: Object.assign(input, { isTTY, isRaw: false, setRawMode }) as unknown as ValueSource }
}

describe('a value that nobody sees', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'settings-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  const piped = (bytes: string | Buffer) =>
    hiddenValue('p', 'Value: ', undefined, new PassThrough().end(bytes) as unknown as ValueSource)

  it.each([
    ['a\n', 'a'],
    ['a\r\n', 'a'],
    ['a\n\n', 'a\n'],
    ['a', 'a'],
    ['', ''],
  ])('is what standard input has, without one line break at its end: %j', async (given, value) => {
    expect(await piped(given)).toBe(value)
  })

  it('is text', async () => {
    await expect(piped(Buffer.from([0xff, 0xfe, 0]))).rejects.toThrow(
      'p: the value is not text; encode it, for example as base64',
    )
  })

  it('is what a file has, as it is', async () => {
    await writeFile(join(folder, 'key'), 'line\nline\n')
    expect(await hiddenValue('p', '', join(folder, 'key'))).toBe('line\nline\n')
    await expect(hiddenValue('p', '', join(folder, 'none'))).rejects.toThrow(/none cannot be read: ENOENT/)
  })

  it.each([
    ['hunter\r', 'hunter'],
    ['huntex\u007fr\n', 'hunter'],
    ['häx\b\u0004', 'hä'],
  ])('is typed on a terminal without being shown: %j', async (typed, value) => {
    const said: string[] = []
    const { input, modes } = terminal(typed)
    expect(await hiddenValue('p', 'Value: ', undefined, input, (text) => said.push(text))).toBe(value)
    expect([said, modes]).toEqual([
      ['Value: ', '\n'],
      [true, false],
    ])
  })

  it('is not set when a person gives up, and the terminal shows again what is typed', async () => {
    const { input, modes } = terminal('hun\u0003')
    await expect(hiddenValue('p', '', undefined, input, () => {})).rejects.toThrow(
      'p: interrupted; nothing was set',
    )
    expect(modes).toEqual([true, false])
  })
})

describe('what is listed', () => {
  const by = 'arn:aws:sts::1:assumed-role/Admin/ann'
  const kept = [
    { name: 'A', version: 2, at: '2026-01-31T12:00:00.000Z', by },
    { name: 'Z', version: 1, at: '2026-01-31T12:00:00.000Z', by: '' },
  ]

  it('of secrets is who reads them, and which are missing', () => {
    const [running, pushed] = [shop('{secrets: [A]}'), shop('{secrets: [A, C]}')]
    const secrets = listedSecrets({ pushed, running: { app: running, release: 1 } }, kept)
    expect(secretsText('dev', 'shop', secrets)).toBe(
      [
        'secret  for  version  set (UTC)            by         read by',
        'A       all  2        2026-01-31 12:00:00  Admin/ann  web',
        'Z       all  1        2026-01-31 12:00:00  -          nobody',
        'B       all  not set  -                    -          job',
        'C       all  not set  -                    -          web from the next deployment on',
        '  B is not set: nanofleet --stage dev secrets set shop B',
        '  C is not set: nanofleet --stage dev secrets set shop C',
      ].join('\n'),
    )
    expect(secretsText('dev', 'shop', [])).toBe('shop has no secrets.')
  })

  it.each([
    ['arn:aws:iam::1:user/ops/ann', 'ops/ann'],
    ['arn:aws:iam::1:root', 'root'],
  ])('of a person is their name: %s', (arn, name) => {
    expect(who(arn)).toBe(name)
  })

  it('of variables is where each comes from, and what runs', () => {
    const [running, pushed] = [
      shop('{env: {LEVEL: info, OLD: "1", REGION: eu}}'),
      shop('{env: {LEVEL: info, TABLE: {Ref: Stage}, REGION: eu}}'),
    ]
    const set = [{ name: 'LEVEL', value: 'debug' }]
    const variables = listedVariables({ pushed, running: { app: running, release: 1 } }, set, {
      REGION: 'eu',
    })
    expect(envText('shop', variables)).toBe(
      [
        'service  variable  value         from           runs',
        'job      LEVEL     debug         env set        -',
        'web      LEVEL     debug         env set        info',
        'web      OLD       goes          -              1',
        'web      REGION    eu            nanofleet.yml  yes',
        'web      TABLE     {Ref: Stage}  app.yml        -',
        'What does not run yet comes with the next deployment: nanofleet deploy shop',
      ].join('\n'),
    )
    expect(envText('shop', [])).toBe('shop has no variables.')
  })
})

describe('a loader', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'loader-'))
    await writeFile(join(folder, 'go.mod'), 'module example/shop\n\ngo 1.25\n')
  })
  afterAll(() => rm(folder, { recursive: true }))

  it.each([
    ['ts', ['secrets.ts']],
    ['js', ['secrets.js']],
    [
      'go',
      ['secrets', 'store', 'instance/instance', 'instance/role', 'sigv4/caller', 'sigv4/sigv4'].map(
        (file) => `secrets/${file}.go`,
      ),
    ],
    ['python', ['secrets_loader.py']],
    ['java', ['nanofleet/Secrets.java', 'nanofleet/ParameterStore.java']],
  ] as const)('of %s is written beside the source, again without harm', async (language, files) => {
    const paths = files.map((file) => join(folder, file))
    expect(await putLoader('secrets', language, folder)).toEqual(paths)
    expect(await putLoader('secrets', language, folder)).toEqual(paths)
  })

  it('is what the checkout has, and in JavaScript without types', async () => {
    expect(await readFile(join(folder, 'secrets.ts'), 'utf8')).toBe(
      await readFile(join(ROOT, 'apps/lib/secrets.ts'), 'utf8'),
    )
    expect(await readFile(join(folder, 'secrets.js'), 'utf8')).toMatch(
      /^\/\*\*\n \* The secrets[\s\S]*export async function openSecrets\(options = \{\}\) \{/,
    )
  })

  it('of Go imports its packages by the path of the module around it, and says so without one', async () => {
    expect(await readFile(join(folder, 'secrets/store.go'), 'utf8')).toContain(
      '"example/shop/secrets/instance"',
    )
    await putLoader('secrets', 'go', join(folder, 'cmd/web'))
    expect(await readFile(join(folder, 'cmd/web/secrets/sigv4/caller.go'), 'utf8')).toContain(
      '"example/shop/cmd/web/secrets/instance"',
    )
    await expect(putLoader('secrets', 'go', tmpdir())).rejects.toThrow(
      /is in no Go module; write its go\.mod first/,
    )
  })

  it('does not replace what somebody else wrote', async () => {
    await writeFile(join(folder, 'secrets/store.go'), 'package mine\n')
    await rm(join(folder, 'secrets/secrets.go'))
    await expect(putLoader('secrets', 'go', folder)).rejects.toThrow(
      /store\.go: is another file, or of another version; move it away/,
    )
    await expect(readFile(join(folder, 'secrets/secrets.go'))).rejects.toThrow('ENOENT')
  })
})
