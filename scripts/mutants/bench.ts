import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { copyCheckout } from './copy.ts'
import { jest } from './jest.ts'
import type { Mutant } from './mutant.ts'
import { probed } from './probes.ts'

/** What became of a mutant. */
export interface Trial {
  noticed: boolean
  /** The test file that failed, or what else ended the tests. */
  by?: string
  /** How many test files there were to notice it. */
  related: number
}

/** What the tests do without a change. Test files are named from the repository's root. */
export interface Measured {
  /** How long each test file takes. */
  seconds: Map<string, number>
  /** By a mutant's index, the test files that come by its place; all of them where that is not known. */
  reaching: Map<number, string[]>
  /**
   * Test files that failed without a change and passed the second time: they prove nothing and are left out.
   */
  unsteady: string[]
}

export interface Limits {
  /** Ends what is being tried. */
  signal: AbortSignal
  /** The least that a test file may take. */
  patienceMs: number
}

/**
 * A test file may take this many times what it takes without a change, on top of the least that it may take.
 */
const TIMES_LONGER = 5

/**
 * More than a test needs, also on a machine that has other things to do: a busy machine must not look like a
 * mutant.
 */
const TEST_MS = 120_000

const TOOLS = join('scripts', 'mutants')

/** The tests fail without any change, so they could not notice one. */
export class BrokenTests extends Error {
  override name = 'BrokenTests'
}

interface JestResult {
  name: string
  status: string
  startTime: number
  endTime: number
}

/**
 * A copy of the checkout in which mutants are tried, one at a time. Nothing is ever written to the checkout.
 */
export class Bench {
  private readonly folder: string
  private readonly limits: Limits

  constructor(checkout: string, folder: string, limits: Limits) {
    this.folder = folder
    this.limits = limits
    copyCheckout(checkout, folder)
  }

  /**
   * Runs every test related to the mutants' files as they are, save that they tell which places the tests
   * reach. What runs in a process of its own tells nothing.
   * @throws BrokenTests when the tests fail
   */
  async measure(mutants: Mutant[], width: number): Promise<Measured> {
    const files = Map.groupBy(mutants.entries(), ([, { file }]) => file)
    const mute: number[] = []
    const restore = [...files].map(([file, here]) =>
      this.change(file, (text) => {
        const probe = probed(text, here)
        mute.push(...probe.mute)
        return probe.text
      }),
    )
    try {
      const setup = `--setupFilesAfterEnv=${join(this.folder, TOOLS, 'reached-by.mjs')}`
      const options = ['--passWithNoTests', `--maxWorkers=${width}`, setup]
      const seconds = await this.durations(['--findRelatedTests', ...files.keys(), ...options])
      const unsteady = await this.passAtLast(seconds)
      for (const file of unsteady) seconds.delete(file)
      return { seconds, reaching: this.reaching(mute, seconds), unsteady }
    } finally {
      for (const back of restore) back()
    }
  }

  /** Runs the tests that reach the mutant's place on the mutant, up to the first that fails. */
  async tryOut(mutant: Mutant, index: number, { seconds, reaching }: Measured): Promise<Trial> {
    const tests = inOrder(mutant.file, reaching.get(index) ?? [], seconds)
    if (tests.length === 0) return { noticed: false, related: 0 }
    const restore = this.change(mutant.file, () => mutant.text)
    try {
      const sequencer = `--testSequencer=${join(this.folder, TOOLS, 'named-first.mjs')}`
      const longest = Math.max(...tests.map((test) => seconds.get(test) ?? 0))
      const { code, output } = await this.jest(
        ['--bail', '--runInBand', sequencer, '--runTestsByPath', ...tests],
        this.limits.patienceMs + TIMES_LONGER * longest * 1000,
      )
      if (code === 0) return { noticed: false, related: tests.length }
      return { noticed: true, by: failed(output) ?? 'no end', related: tests.length }
    } finally {
      restore()
    }
  }

  /** Writes other text into a file; call what is returned to have the old one back. */
  private change(file: string, other: (text: string) => string): () => void {
    const path = join(this.folder, file)
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, other(text))
    return () => writeFileSync(path, text)
  }

  private jest(args: string[], patienceMs?: number) {
    const cache = `--cacheDirectory=${join(this.folder, '.nanofleet', 'jest')}`
    return jest({
      folder: this.folder,
      args: [cache, `--testTimeout=${TEST_MS}`, ...args],
      env: { NANOFLEET_REACHED: this.reached },
      signal: this.limits.signal,
      ...(patienceMs && { patienceMs }),
    })
  }

  /** Runs tests; by file how long it took, NaN for one that failed. */
  private async durations(args: string[]): Promise<Map<string, number>> {
    const report = join(this.folder, 'unchanged.json')
    const { output } = await this.jest(['--json', '--outputFile', report, ...args])
    if (!existsSync(report)) throw new BrokenTests(`Jest does not run:\n${output}`)
    const { testResults }: { testResults: JestResult[] } = JSON.parse(readFileSync(report, 'utf8'))
    rmSync(report)
    return new Map(
      testResults.map(({ name, status, startTime, endTime }) => [
        this.named(name),
        status === 'passed' ? (endTime - startTime) / 1000 : Number.NaN,
      ]),
    )
  }

  /**
   * The files that failed, once they have passed alone: a busy machine makes some fail that are not at fault.
   */
  private async passAtLast(seconds: Map<string, number>): Promise<string[]> {
    const failed = [...seconds.keys()].filter((file) => Number.isNaN(seconds.get(file)))
    if (failed.length === 0) return []
    const again = await this.durations(['--runInBand', '--runTestsByPath', ...failed])
    const broken = failed.filter((file) => Number.isNaN(again.get(file) ?? Number.NaN))
    if (broken.length > 0) throw new BrokenTests(`Tests fail without any change: ${broken.join(', ')}`)
    return failed
  }

  private reaching(mute: number[], seconds: Map<string, number>): Map<number, string[]> {
    const lines = existsSync(this.reached) ? readFileSync(this.reached, 'utf8').trim().split('\n') : []
    const reaching = new Map(mute.map((index) => [index, [...seconds.keys()]]))
    for (const line of lines) {
      const [index = '', path = ''] = line.split(' ')
      const file = this.named(path)
      if (seconds.has(file)) reaching.set(Number(index), [...(reaching.get(Number(index)) ?? []), file])
    }
    return reaching
  }

  /** Where the tests of the measurement write which places they reach. */
  private get reached(): string {
    return join(this.folder, 'reached.txt')
  }

  private named(path: string): string {
    return relative(this.folder, path)
  }
}

/** The file's own tests, then those of core, then all others; the quickest of them first. */
function inOrder(file: string, tests: string[], seconds: Map<string, number>): string[] {
  const own = basename(file, '.ts')
  const distance = (test: string) => {
    if (basename(test).startsWith(`${own}.`)) return 0
    return test.startsWith('test/core/') ? 1 : 2
  }
  const lasts = (test: string) => seconds.get(test) ?? 0
  return [...new Set(tests)].sort((a, b) => distance(a) - distance(b) || lasts(a) - lasts(b))
}

function failed(output: string): string | undefined {
  return /^FAIL (?:quick )?(\S+)/m.exec(output)?.[1]
}
