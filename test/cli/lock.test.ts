import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { lookUp, type Sources, writeLocks } from '../../cli/lock.ts'
import { toolsLock } from '../../cli/tools-lock.ts'
import {
  BASES_LOCK,
  basesLockSchema,
  lockText,
  parseLock,
  requireTools,
  TOOLS_LOCK,
  toolsLockSchema,
  unknownTools,
  versionOf,
} from '../../core/images/locks.ts'
import { ROOT } from '../apps/apps.ts'

const NODE = 'public.ecr.aws/docker/library/node:24-bookworm-slim'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lock-'))
  for (const file of [TOOLS_LOCK, BASES_LOCK, 'images/web/web/Dockerfile']) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    cpSync(join(ROOT, file), join(root, file))
  }
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const text = (file: string) => readFileSync(join(root, file), 'utf8')

/** An internet in which every address has a digest of its own. */
class Internet implements Sources {
  readonly asked: string[] = []
  readonly missing = new Set<string>()

  fetched = async (url: string) => this.#answer(url)
  registry = async (image: string) => `sha256:${await this.#answer(image)}`

  async #answer(place: string): Promise<string> {
    this.asked.push(place)
    if (this.missing.has(place)) throw new Error(`${place} answers 404`)
    return Buffer.from(place).toString('hex').padEnd(64, '0').slice(-64)
  }
}

describe('looking up what images are made with', () => {
  it('finds every digest, asks for each once, and finds nothing more when they are written', async () => {
    const internet = new Internet()
    const noted: string[] = []
    const first = await lookUp(root, internet, (line) => noted.push(line))
    expect(internet.asked).toEqual([...new Set(internet.asked)])
    expect(noted).toEqual(internet.asked)
    expect([...first.files.keys()].sort()).toEqual(
      [TOOLS_LOCK, BASES_LOCK, 'images/web/web/Dockerfile'].sort(),
    )
    writeLocks(root, first.files)
    for (const architecture of ['x86_64', 'arm64'] as const)
      expect(unknownTools(toolsLock(root), architecture)).toEqual([])
    expect(text('images/web/web/Dockerfile')).toContain(`FROM ${NODE}@${await internet.registry(NODE)}`)
    expect(await lookUp(root, internet, () => {})).toEqual({ changes: [], files: new Map() })
  })

  it('keeps what could not be looked up as it is, says why, and takes the rest', async () => {
    const internet = new Internet()
    const { nanos } = toolsLock(root)
    internet.missing.add(nanos.url.arm64).add(NODE)
    const { changes, files } = await lookUp(root, internet, () => {})
    const problems = changes.filter(({ problem }) => problem).map(({ what, problem }) => [what, problem])
    expect(problems).toEqual([
      ['nanos 0.1.55 for arm64', `${nanos.url.arm64} answers 404`],
      [NODE, `${NODE} answers 404`],
      [NODE, `${NODE} answers 404`],
    ])
    writeLocks(root, files)
    expect(unknownTools(toolsLock(root), 'arm64')).toEqual(['nanos 0.1.55'])
    expect(text('images/web/web/Dockerfile')).toBe(
      readFileSync(join(ROOT, 'images/web/web/Dockerfile'), 'utf8'),
    )
  })

  it.each([
    ['{', /^buildspecs\/tools\.lock\.json: is not JSON .*; take it from git again/],
    ['{"ops": {}}', /^buildspecs\/tools\.lock\.json: ops\.version /],
  ])('refuses a lock that is %j', (content, sentence) => {
    writeFileSync(join(root, TOOLS_LOCK), content)
    expect(() => toolsLock(root)).toThrow(sentence)
  })
})

describe('the locks of this checkout', () => {
  it('can be read, name versions of their own, and no digest twice', () => {
    const bases = parseLock(basesLockSchema, text(BASES_LOCK), BASES_LOCK)
    expect(Object.keys(bases)).toEqual(['go', 'java', 'node', 'python', 'redis'])
    expect(Object.values(bases).map(({ image }) => versionOf(image))).toEqual([
      '1.26',
      '21',
      '24',
      '3.13',
      '7.2',
    ])
    expect(versionOf('public.ecr.aws/docker/library/node:latest')).toMatch(/node:latest$/)
    expect(text(BASES_LOCK)).toBe(lockText(bases))
    const { ops, nanos } = parseLock(toolsLockSchema, text(TOOLS_LOCK), TOOLS_LOCK)
    for (const { version, url } of [ops, nanos])
      for (const address of Object.values(url)) expect(address).toContain(`/${version}/`)
  })

  it('let a push to AWS pass once the digests for its architecture are known', () => {
    const unknown = toolsLock(root)
    expect(() => requireTools(unknown, 'arm64')).toThrow(
      'buildspecs/tools.lock.json: does not know the digest of nanos 0.1.55 and ops 0.1.46 for arm64, and builds run nothing unknown; run "npx nanofleet lock" where the internet is and commit the file',
    )
    const known = structuredClone(unknown)
    for (const tool of [known.ops, known.nanos]) tool.sha256.arm64 = 'a'.repeat(64)
    requireTools(known, 'arm64')
  })
})
