import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { copyCheckout } from './copy.ts'
import { jest } from './jest.ts'
import type { Mutant } from './mutant.ts'
import { probed } from './probes.ts'

/** The result of trying a mutant. */
export interface Trial {
  noticed: boolean
  /** The test file that failed, or whatever else ended the tests. */
  by?: string
  /** How many test files could have noticed it. */
  related: number
}

/** The tests without a change. Test files are named from the repository's root. */
export interface Measured {
  /** How long each test file takes. */
  seconds: Map<string, number>
  /** By a mutant's index, the test files that reach its place; all of them if that is not known. */
  reaching: Map<number, string[]>
  /**
   * Test files that failed without a change and passed the second time: they prove nothing and are skipped.
   */
  unsteady: string[]
}

export interface Limits {
  /** Ends the current trial. */
  signal: AbortSignal
  /** The shortest time limit for a test file. */
  patienceMs: number
}

/** A test file may take this many times longer than without a change, plus the shortest time limit. */
const TIMES_LONGER = 5

/** More than a test needs, even on a busy machine: that must not look like a mutant. */
const TEST_MS = 120_000

const TOOLS = join('scripts', 'mutants')

/** These tests read the sources of `core/` as text, in which every change and every probe shows. */
const ABOUT_BEHAVIOUR = [
  '--testPathIgnorePatterns=/node_modules/',
  '--testPathIgnorePatterns=/test/scripts/mutants',
]

/** The tests fail without any change, so they cannot notice one. */
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
   * Runs every test related to the mutants' files, unchanged except that they report which places the tests
   * reach. Code that runs in its own process reports nothing.
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
      const options = ['--passWithNoTests', `--maxWorkers=${width}`, setup, ...ABOUT_BEHAVIOUR]
      const seconds = await this.durations(['--findRelatedTests', ...files.keys(), ...options])
      const unsteady = await this.passAtLast(seconds)
      for (const file of unsteady) seconds.delete(file)
      return { seconds, reaching: this.reaching(mute, seconds), unsteady }
    } finally {
      for (const back of restore) back()
    }
  }

  /** Runs the tests that reach the mutant's place, up to the first that fails. */
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

  /** Writes changed text into a file; returns a function that restores the old text. */
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

  /** Runs tests; returns how long each file took, NaN for a failed one. */
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
   * Repeats failed files alone and returns those that pass: on a busy machine some fail through no fault of
   * theirs.
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

  /** Where the measured tests write which places they reach. */
  private get reached(): string {
    return join(this.folder, 'reached.txt')
  }

  private named(path: string): string {
    return relative(this.folder, path)
  }
}

/** The file's own tests, then those of core, then all others; in each group the quickest first. */
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
