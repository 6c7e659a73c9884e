/** Milliseconds. */
export interface Distribution {
  samples: number
  p50: number
  p95: number
  p99: number
  max: number
}

/** The smallest value that this percentage of the values does not exceed ("nearest rank"). */
export function distribution(values: number[]): Distribution {
  const sorted = values.toSorted((one, other) => one - other)
  const at = (percent: number): number => sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? Number.NaN
  return { samples: sorted.length, p50: at(50), p95: at(95), p99: at(99), max: at(100) }
}
