import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser'
import rules, { ROOMS } from '../../.dependency-cruiser.mjs'

/** A file that breaks a rule, and what it imports. */
interface Breach {
  rule: string
  file: string
  imports: string
}

/** Rooms that no sibling may import, or else a room that nobody but the command line may. */
const strangerTo = (room: string): string => (room === 'cli' ? 'functions' : 'cli')

const breaches: Breach[] = [
  ...ROOMS.map(({ room }) => ({ rule: room, file: `${room}/breach.ts`, imports: strangerTo(room) })),
  ...ROOMS.filter(({ packages }) => packages).map(({ room }) => ({
    rule: room,
    file: `${room}/package.ts`,
    imports: 'left-pad',
  })),
  { rule: 'core/base', file: 'core/base/builtin.ts', imports: 'node:fs' },
  { rule: 'core/manifest', file: 'core/manifest/upward.ts', imports: 'core/deploy' },
  { rule: 'adapters/aws', file: 'adapters/aws/sibling.ts', imports: 'adapters/consul' },
  { rule: 'cli', file: 'cli/sdk.ts', imports: '@aws-sdk/client-ec2' },
  { rule: 'no-tests-in-the-product', file: 'functions/test.ts', imports: 'test/support' },
]

const importOf = ({ file, imports }: Breach): string => {
  const isRoom = ROOMS.some(({ room }) => room === imports)
  return isRoom ? `./${relative(dirname(file), `${imports}/target.ts`)}` : imports
}

describe('the import rules', () => {
  let house: string
  let found: { rule: string; from: string }[]

  beforeAll(async () => {
    house = await mkdtemp(join(tmpdir(), 'rooms-'))
    const files = new Map<string, string>(
      ROOMS.map(({ room }) => [`${room}/target.ts`, 'export const it = 1\n']),
    )
    // Types are imported too, so a rule must see imports that leave nothing in the compiled file.
    for (const breach of breaches)
      files.set(breach.file, `import type { it } from '${importOf(breach)}'\nexport type It = typeof it\n`)
    files.set('core/images/one.ts', "import { two } from './two.ts'\nexport const one = () => two\n")
    files.set('core/images/two.ts', "import { one } from './one.ts'\nexport const two = () => one\n")
    for (const [file, text] of files) {
      await mkdir(dirname(join(house, file)), { recursive: true })
      await writeFile(join(house, file), text)
    }
    const options = { ...(rules.options as ICruiseOptions), baseDir: house, validate: true }
    const { output } = await cruise(['.'], { ...options, ruleSet: { forbidden: rules.forbidden } as never })
    const { summary } = output as ICruiseResult
    found = summary.violations.map(({ rule, from }) => ({ rule: rule.name, from }))
  })
  afterAll(() => rm(house, { recursive: true, force: true }))

  it.each(breaches)('notice that $file imports $imports', ({ rule, file }) => {
    expect(found).toContainEqual({ rule, from: file })
  })

  it('notice two files that import each other', () => {
    expect(found).toContainEqual({ rule: 'no-circle', from: 'core/images/one.ts' })
  })

  it('say nothing about a file that follows them', () => {
    expect(found.filter(({ from }) => from.endsWith('target.ts'))).toEqual([])
  })

  it.each(rules.forbidden)('give a reason: $name', ({ comment }) => {
    expect(comment).toMatch(/^[A-Z"].{20,}\.$/)
  })
})

describe('the rooms', () => {
  /** Of the room itself, or of the highest of those in the folder. */
  const floorOf = (name: string): number => {
    const itself = ROOMS.find(({ room }) => room === name)
    const inside = ROOMS.filter(({ room }) => room.startsWith(`${name}/`))
    return itself?.floor ?? Math.max(...inside.map(({ floor }) => floor))
  }

  it.each(ROOMS.filter(({ room }) => room !== 'test/support'))(
    'of lower floors are all that $room imports',
    ({ floor, may }) => {
      for (const name of may) expect(floorOf(name)).toBeLessThan(floor)
    },
  )

  it('of core/ are on six floors, with at most 40 arrows between them', () => {
    const core = ROOMS.filter(({ room }) => room.startsWith('core/'))
    expect(new Set(core.map(({ floor }) => floor)).size).toBe(6)
    expect(core.flatMap(({ may }) => may).length).toBeLessThanOrEqual(40)
  })
})
