import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { CONFIG_KEYS } from '../../../buildspecs/ops-config.mjs'
import { parseOpsConfig } from '../../../core/manifest/ops-config.ts'
import { CONFIG, type Fields, type Holds } from '../../../core/manifest/ops-keys.ts'
import { opsValues } from '../../../core/manifest/ops-values.ts'

const PLACE = 'images/web/web/config.json'
const parse = (json: string) => parseOpsConfig(json, PLACE)
/** With a program, which every configuration needs. */
const withProgram = (rest: string) => parse(`{"Program": "/p", ${rest}}`)

describe('config.json', () => {
  it.each<[string, Record<string, unknown>]>([
    ['"args": ["a"], "ENV": {"Key": "v"}', { Args: ['a'], Env: { Key: 'v' } }],
    ['"bASEvOLUMEsZ": "64M"', { BaseVolumeSz: '64M' }],
    ['"Argſ": ["a"], "\u212Alibs": ["ntp"]', { Args: ['a'], Klibs: ['ntp'] }],
    ['"\\u0041rgs": []', { Args: [] }],
    ['"Args": null, "Env": null, "RunConfig": null', {}],
    ['"Args": ["a", null], "Env": {"A": null, "B": ""}', { Args: ['a', ''], Env: { A: '', B: '' } }],
    ['"Args": ["\\ud800"]', { Args: ['\ufffd'] }],
    [
      '"ManifestPassthrough": {"Cwd": "/src", "a": [{"b": "c"}]}',
      { ManifestPassthrough: { Cwd: '/src', a: [{ b: 'c' }] } },
    ],
    [
      '"Files": [], "Uefi": false, "BuildDir": "", "Mounts": {}',
      { Files: [], Uefi: false, BuildDir: '', Mounts: {} },
    ],
    [
      '"debugflags": ["trace"], "notrace": ["futex"], "rebootonexit": true, "tfsv4": true',
      { Debugflags: ['trace'], NoTrace: ['futex'], RebootOnExit: true, TFSv4: true },
    ],
    [
      '"Description": "a shop", "Version": "1", "Language": "go"',
      { Description: 'a shop', Version: '1', Language: 'go' },
    ],
    ['"DisableArgsCopy": true', { DisableArgsCopy: true }],
  ])('is read as ops reads it: %s', (text, rest) => {
    expect(withProgram(text)).toEqual({ config: { Program: '/p', ...rest }, warnings: [] })
  })

  it.each([
    ['"runconfig": {"memory": "1G", "CPUS": -1}', ['runconfig.memory', 'runconfig.CPUS'], 'instanceType'],
    [
      '"RunConfig": {"ports": ["80"]}',
      ['RunConfig.ports'],
      'opens nothing and only sets OPS_PORT: port in app.yml',
    ],
    ['"RunConfig": {"Nics": [{"ipaddress": "10.0.0.1"}, null]}', ['RunConfig.Nics'], 'network'],
    ['"NameServers": ["10.8.0.1"]', ['NameServers'], "the stage's resolvers are taken"],
    [
      '"CloudConfig": {"Tags": [{"Key": "a", "attribute": {"IMAGE_LABEL": true}}]}',
      ['CloudConfig.Tags'],
      'itself',
    ],
    [
      '"CloudConfig": {"RootVolume": {"size": 9223372036854775807}}',
      ['CloudConfig.RootVolume'],
      'BaseVolumeSz',
    ],
    ['"HOME": "/h"', ['HOME'], 'itself'],
  ])('is taken with a warning of what has no effect: %s', (text, paths, why) => {
    const { warnings } = withProgram(text)
    expect(warnings.map((one) => one.slice(PLACE.length).split(' ')[1])).toEqual(paths)
    for (const warning of warnings) expect(warning).toContain(why)
  })

  it('warns with the line', () => {
    expect(parse('{"Program": "/p",\n\n"CloudConfig": {\n"Zone": "eu-west-1a"}}').warnings).toEqual([
      `${PLACE}:4: CloudConfig.Zone has no effect: the stage's network is taken`,
    ])
  })

  it.each([
    ['"Klib": []', 'Klib: unknown key; did you mean "Klibs"?'],
    ['"RunConfig": {"Klibs": []}', 'RunConfig.Klibs: unknown key; known are Accel,'],
    ['"CloudConfig": {"Tags": [{"x": 1}]}', 'CloudConfig.Tags.0.x: unknown key; known are attribute,'],
    ['"Base_Volume_Sz": "1g"', 'Base_Volume_Sz: unknown key; did you mean "BaseVolumeSz"?'],
    ['"": 1', 'unknown key'],
    ['"Args": "a"', 'Args: "a" is not a list; give a list'],
    ['"Args": [1.10]', 'Args.0: 1.10 is not a text; write "1.10"'],
    ['"Env": {"A": true}', 'Env.A: true is not a text; write "true"'],
    ['"Env": []', 'Env: [] is not an object; give an object'],
    ['"Uefi": "true"', 'Uefi: "true" is not true or false; give true or false'],
    ['"RunConfig": {"CPUs": "1"}', 'RunConfig.CPUs: "1" is not a whole number; give a whole number'],
    ['"RunConfig": {"CPUs": 1.0}', 'RunConfig.CPUs: 1.0 is not a whole number'],
    ['"RunConfig": {"CPUs": 1e0}', 'RunConfig.CPUs: 1e0 is not a whole number'],
    [
      '"RunConfig": {"CPUs": 9223372036854775808}',
      'RunConfig.CPUs: 9223372036854775808 is not a whole number',
    ],
    ['"RunConfig": []', 'RunConfig: [] is not an object; give an object'],
    ['"program": "/q"', 'program: is there twice, also as Program; keep one of the two'],
    ['"Program": "/q"', 'Program: is there twice; keep one of the two'],
    ['"Env": {"A": "1",\n"A": "2"}', 'Env.A: is there twice; keep one of the two'],
    ['"CloudConfig": {"Tags": [], "tags": []}', 'CloudConfig.tags: is there twice, also as Tags'],
    ['"buildDir": "/srv"', 'buildDir: ops deletes this folder with all that is in it; remove it'],
    ['"Files": ["a"]', 'Files: the files of an image come from its Dockerfile; copy them there'],
    ['"Dirs": ["a"]', 'Dirs: the files of'],
    ['"MapDirs": {"a/*": "/a"}', 'MapDirs: the files of'],
    ['"Mounts": {"data": "/data"}', 'Mounts: an instance has one disk and nothing to mount'],
    [
      '"NanosVersion": "0.1.50"',
      "NanosVersion: the stage's buildspecs/tools.lock.json decides which Nanos is in the image",
    ],
    ['"Kernel": "/k"', "Kernel: the stage's"],
    ['"Boot": "/k"', "Boot: the stage's"],
    ['"KlibDir": "/k"', "KlibDir: the stage's"],
    ['"NightlyBuild": true', "NightlyBuild: the stage's"],
    ['"UEFI": true', "UEFI: the stage's"],
    ['"UefiBoot": "/k"', "UefiBoot: the stage's"],
    [
      '"RunConfig": {"IPAddress": "10.0.0.5"}',
      'RunConfig.IPAddress: every instance would take this one address',
    ],
    ['"RunConfig": {"IPv6Address": "::1"}', 'RunConfig.IPv6Address: every instance'],
    ['"BaseVolumeSz": "5GB"', 'BaseVolumeSz: "5GB" is no size to ops'],
    ['"basevolumesz": "1.5g"', 'basevolumesz: "1.5g" is no size to ops'],
    ['"BaseVolumeSz": "2 g"', 'BaseVolumeSz: "2 g" is no size to ops'],
    ['"Env": {"A=B": "c"}', 'Env.A=B: "A=B" cannot be the name of a variable; give another name'],
    ['"Env": {"": "c"}', '"" cannot be the name of a variable'],
    ['"env": {"A": "b\\u0000"}', 'env.A: holds a NUL'],
    ['"Args": ["\\u0000"]', 'Args.0: holds a NUL, at which the value would end; remove it'],
    ['"ManifestPassthrough": {"a": 1}', 'ManifestPassthrough.a: ops cannot write 1 into an image; write "1"'],
    [
      '"ManifestPassthrough": {"a": [true]}',
      'ManifestPassthrough.a.0: ops cannot write true into an image; write "t"',
    ],
    ['"ManifestPassthrough": {"a": {"b": null}}', 'ManifestPassthrough.a.b: ops cannot write null'],
    [
      '"ManifestPassthrough": {"program": "/q"}',
      'ManifestPassthrough.program: would replace what the rest of the file says; set Program instead',
    ],
    ['"ManifestPassthrough": {"children": {}}', 'copy files in the Dockerfile instead'],
    [`"ManifestPassthrough": {"a": ${'['.repeat(200)}${']'.repeat(200)}}`, 'is nested deeper than 100 times'],
  ])('is refused: %s', (text, sentence) => {
    expect(() => withProgram(text)).toThrow(sentence)
  })

  it.each([
    ['', `${PLACE}: the file is empty`],
    [' \n', `${PLACE}: the file is empty`],
    ['\uFEFF{}', `${PLACE}: begins with a byte order mark; save it as UTF-8 without one`],
    ['null', `${PLACE}: must be an object; write {"Program": "/app/program"}`],
    ['[]', `${PLACE}: must be an object`],
    ['"x"', `${PLACE}: must be an object`],
    ['{"Program": "/p"}\n{}', `${PLACE}:2: there is text after the end of the document; remove it`],
    ['{"Program": "/p"} x', `${PLACE}:1: there is text after the end of the document; remove it`],
    ['{"Program": "/p", // the program\n}', `${PLACE}:1: is not JSON (`],
    [
      '{\n"Args": ["a",]}',
      `${PLACE}: is not JSON (Unexpected token ']', "{ "Args": ["a",]}" is not valid JSON); correct it`,
    ],
    ['{"Program": "/p"', `${PLACE}:1: is not JSON (`],
    ['{"RunConfig": {"CPUs": 01}}', `${PLACE}:1: is not JSON (`],
    [
      '{"Args": []}',
      `${PLACE}:1: Program is missing; give the program's absolute path in the image, such as /app/program`,
    ],
    [
      '{\n"program": "app"}',
      `${PLACE}:2: program: "app" is not an absolute path; give the program's absolute path`,
    ],
    ['{"Program": ""}', `${PLACE}:1: Program is missing`],
    ['{"Program": "/a\\u0000"}', 'is not an absolute path'],
    ['{"Program": 1}', `${PLACE}:1: Program: 1 is not a text; write "1"`],
  ])('is refused as a whole: %j', (text, sentence) => {
    expect(() => parse(text)).toThrow(sentence)
  })

  it('names everything that is wrong at once', () => {
    expect(() => parse('{"Files": ["a"],\n"Kernel": "k"}').config).toThrow(
      /:1: Files: .*\n.*:1: Program is missing.*\n.*:2: Kernel: /,
    )
  })

  it('has the same keys where images are built, and each is in the documentation', () => {
    const names = Object.keys(CONFIG).sort()
    expect(CONFIG_KEYS).toEqual(names)
    const documentation = readFileSync('docs/unikernels.md', 'utf8')
    for (const name of names) expect(documentation).toMatch(new RegExp(`\`${name}[.\`]`))
  })
})

const text = fc.string({ unit: 'grapheme' })

function values(holds: Holds): fc.Arbitrary<unknown> {
  if (holds === 'text') return text
  if (holds === 'texts') return fc.array(text, { maxLength: 2 })
  if (holds === 'flag') return fc.boolean()
  if (holds === 'whole') return fc.integer()
  if (holds === 'table' || holds === 'tuple') return fc.dictionary(text, text, { maxKeys: 2 })
  if (Array.isArray(holds)) return fc.array(objects(holds[0] as Fields), { maxLength: 2 })
  return objects(holds as Fields)
}

const objects = (fields: Fields): fc.Arbitrary<Record<string, unknown>> =>
  fc
    .subarray(Object.keys(fields), { maxLength: Math.min(4, Object.keys(fields).length) })
    .chain((names) =>
      fc.record(Object.fromEntries(names.map((name) => [name, values(fields[name]?.holds ?? 'text')]))),
    )

/** The same with each key in other letters; `bits` chooses which. */
function otherLetters(value: unknown, holds: Holds, bits: number): unknown {
  if (Array.isArray(holds) && Array.isArray(value))
    return value.map((one) => otherLetters(one, holds[0] as Fields, bits))
  if (typeof holds !== 'object' || Array.isArray(holds)) return value
  const letters = (name: string) =>
    [...name]
      .map((letter, index) => ((bits >> (index % 31)) & 1 ? letter.toUpperCase() : letter.toLowerCase()))
      .join('')
  return Object.fromEntries(
    Object.entries(value as object).map(([name, one]) => [
      letters(name),
      otherLetters(one, (holds as Fields)[name]?.holds ?? 'text', bits),
    ]),
  )
}

describe('a configuration of known keys', () => {
  it('is read to the same value in any letter case', () => {
    fc.assert(
      fc.property(objects(CONFIG), fc.nat(), (value, bits) => {
        const { config, faults } = opsValues(otherLetters(value, CONFIG, bits), CONFIG)
        expect(faults).toEqual([])
        expect(config).toEqual(opsValues(value, CONFIG).config)
      }),
      { numRuns: 60 },
    )
  })

  it('is what it was when it is stored and read again', () => {
    fc.assert(
      fc.property(objects(CONFIG), (value) => {
        const { config } = opsValues(value, CONFIG)
        expect(opsValues(JSON.parse(JSON.stringify(config)), CONFIG)).toMatchObject({ config, faults: [] })
      }),
      { numRuns: 40 },
    )
  })
})
