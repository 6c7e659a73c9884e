import type { Action } from './shopper.ts'

/** An action that went wrong, and when: milliseconds since 1970. */
export interface Failure {
  action: string
  reason: string
  begin: number
  end: number
}

/** Failures are kept one by one up to this number; all of them are counted. */
const MOST_FAILURES = 10_000

/** The outcome of all actions so far. */
export class Tally {
  readonly #latencies = new Map<Action, number[]>()
  readonly #troubles = new Map<string, number>()
  readonly #failures: Failure[] = []
  actions = 0
  errors = 0

  /**
   * Call it at the end of an action.
   * @param trouble why the action failed; undefined when it went well
   */
  add(action: Action, ms: number, trouble: string | undefined): void {
    this.actions += 1
    const latencies = this.#latencies.get(action) ?? []
    latencies.push(ms)
    this.#latencies.set(action, latencies)
    if (trouble === undefined) return
    this.errors += 1
    const line = `${action}: ${trouble}`
    this.#troubles.set(line, (this.#troubles.get(line) ?? 0) + 1)
    const end = Date.now()
    if (this.#failures.length < MOST_FAILURES)
      this.#failures.push({ action, reason: trouble, begin: end - ms, end })
  }

  summary({ seconds, requests }: { seconds: number; requests: number }): Summary {
    const all = [...this.#latencies.values()].flat()
    const errorsOf = (action: string): number =>
      [...this.#troubles]
        .filter(([line]) => line.startsWith(`${action}: `))
        .reduce((total, [, count]) => total + count, 0)
    const rows = [...this.#latencies].map(([action, latencies]) => ({
      action: action as string,
      errors: errorsOf(action),
      ...figures(latencies),
    }))
    return {
      seconds: rounded(seconds),
      requests,
      requestsPerSecond: rounded(seconds > 0 ? requests / seconds : 0),
      actions: rows.sort((a, b) => b.count - a.count),
      total: { action: 'all', errors: this.errors, ...figures(all) },
      troubles: [...this.#troubles]
        .map(([reason, count]) => ({ reason, count }))
        .sort((a, b) => b.count - a.count),
      failures: this.#failures,
    }
  }
}

/**
 * One kind of action: how many there were, and the time (ms) within which 50, 95 and 99 percent were done.
 */
export interface Row {
  action: string
  count: number
  errors: number
  p50: number
  p95: number
  p99: number
}

export interface Summary {
  seconds: number
  requests: number
  requestsPerSecond: number
  actions: Row[]
  total: Row
  troubles: { reason: string; count: number }[]
  /** The first of them with their times. */
  failures: Failure[]
}

function figures(latencies: number[]): Omit<Row, 'action' | 'errors'> {
  const sorted = latencies.toSorted((a, b) => a - b)
  return {
    count: sorted.length,
    p50: percentile(sorted, 50),
    p95: percentile(sorted, 95),
    p99: percentile(sorted, 99),
  }
}

/** The smallest value that at least `percent` percent do not exceed (nearest rank); 0 for none. */
export function percentile(sorted: readonly number[], percent: number): number {
  return rounded(sorted[Math.max(Math.ceil((percent / 100) * sorted.length) - 1, 0)] ?? 0)
}

const rounded = (value: number): number => Math.round(value * 10) / 10

/** The summary as a table for people. */
export function asText({ seconds, requests, requestsPerSecond, actions, total, troubles }: Summary): string {
  const head = ['action', 'count', 'errors', 'p50 ms', 'p95 ms', 'p99 ms']
  const rows = [...actions, total].map((row) =>
    [row.action, row.count, row.errors, row.p50, row.p95, row.p99].map(String),
  )
  const table = [head, ...rows].map((cells) =>
    cells.map((cell, column) => (column === 0 ? cell.padEnd(14) : cell.padStart(8))).join(''),
  )
  const reasons = troubles.map(({ reason, count }) => `  ${count} × ${reason}`)
  return [
    ...table,
    '',
    `${requests} requests in ${seconds} s, ${requestsPerSecond} per second`,
    ...(reasons.length > 0 ? ['What went wrong:', ...reasons] : ['Nothing went wrong.']),
  ].join('\n')
}
