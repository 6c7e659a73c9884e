import { readFileSync, writeFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { copyCheckout } from './copy.ts'
import { jest } from './jest.ts'
import type { Mutant } from './mutant.ts'

/** What became of a mutant. */
export interface Trial {
  noticed: boolean
  /** The test file that failed, or what else ended the tests. */
  by?: string
  /** How many test files there were to notice it. */
  related: number
}

/** Seconds that each test file takes without a change, by name. */
export type Durations = Map<string, number>

/** A test file may take this many times what it takes without a change, on top of the least that it may take. */
const TIMES_LONGER = 5

export interface Limits {
  /** Ends what is being tried. */
  signal: AbortSignal
  /** The least that a test file may take. */
  patienceMs: number
}

/** The tests fail without any change, so they could not notice one. */
export class BrokenTests extends Error {
  override name = 'BrokenTests'
}

/** A copy of the checkout in which mutants are tried, one at a time. Nothing is ever written to the checkout. */
export class Bench {
  private readonly folder: string
  private readonly limits: Limits
  private readonly related = new Map<string, Promise<string[]>>()

  constructor(checkout: string, folder: string, limits: Limits) {
    this.folder = folder
    this.limits = limits
    copyCheckout(checkout, folder)
  }

  /**
   * Runs every test related to the files as they are.
   * @throws BrokenTests when they fail
   */
  async measure(files: string[], width: number): Promise<Durations> {
    const report = join(this.folder, 'unchanged.json')
    const options = ['--json', '--outputFile', report, '--passWithNoTests', `--maxWorkers=${width}`]
    const { code, output } = await this.jest(['--findRelatedTests', ...files, ...options])
    if (code !== 0) throw new BrokenTests(`The tests fail without any change:\n${output}`)
    const { testResults }: { testResults: { name: string; startTime: number; endTime: number }[] } =
      JSON.parse(readFileSync(report, 'utf8'))
    return new Map(
      testResults.map(({ name, startTime, endTime }) => [this.named(name), (endTime - startTime) / 1000]),
    )
  }

  /** Runs the tests related to the mutant's file on the mutant, up to the first that fails. */
  async tryOut(mutant: Mutant, durations: Durations): Promise<Trial> {
    const tests = inOrder(mutant.file, await this.testsOf(mutant.file), durations)
    if (tests.length === 0) return { noticed: false, related: 0 }
    const path = join(this.folder, mutant.file)
    const unchanged = readFileSync(path)
    writeFileSync(path, mutant.text)
    try {
      const sequencer = `--testSequencer=${join(this.folder, 'scripts', 'mutants', 'named-first.mjs')}`
      const longest = Math.max(...tests.map((test) => durations.get(test) ?? 0))
      const { code, output } = await this.jest(
        ['--bail', '--runInBand', sequencer, '--runTestsByPath', ...tests],
        this.limits.patienceMs + TIMES_LONGER * longest * 1000,
      )
      if (code === 0) return { noticed: false, related: tests.length }
      return { noticed: true, by: failed(output) ?? 'no end', related: tests.length }
    } finally {
      writeFileSync(path, unchanged)
    }
  }

  private jest(args: string[], patienceMs?: number) {
    const cache = `--cacheDirectory=${join(this.folder, '.nanofleet', 'jest')}`
    const { signal } = this.limits
    return jest({ folder: this.folder, signal, args: [cache, ...args], ...(patienceMs && { patienceMs }) })
  }

  private testsOf(file: string): Promise<string[]> {
    const known = this.related.get(file) ?? this.list(file)
    this.related.set(file, known)
    return known
  }

  private async list(file: string): Promise<string[]> {
    const { code, output } = await this.jest(['--listTests', '--findRelatedTests', file])
    if (code !== 0) throw new BrokenTests(`Jest cannot list the tests of ${file}:\n${output}`)
    return output
      .split('\n')
      .filter((line) => line.endsWith('.test.ts'))
      .map((line) => this.named(line))
  }

  /** Test files are named from the repository's root. */
  private named(path: string): string {
    return relative(this.folder, path)
  }
}

/** The file's own tests, then the room's, then all others; the quickest of them first. */
function inOrder(file: string, tests: string[], durations: Durations): string[] {
  const own = basename(file, '.ts')
  const distance = (test: string) => {
    if (basename(test).startsWith(`${own}.`)) return 0
    return test.startsWith('test/core/') ? 1 : 2
  }
  const seconds = (test: string) => durations.get(test) ?? 0
  return [...tests].sort((a, b) => distance(a) - distance(b) || seconds(a) - seconds(b))
}

function failed(output: string): string | undefined {
  return /^FAIL (?:quick )?(\S+)/m.exec(output)?.[1]
}
