const UNITS = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
}
/** Two letters of Unicode look like µ, and Go takes both. */
const WHOLE = /^\+?(0|((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$/

/**
 * A duration as Consul reads it: Go's `time.ParseDuration`, such as `1m30s`; negative ones are not accepted.
 * @returns nanoseconds, or undefined if it is not a duration or longer than Go can hold (292 years)
 */
export function goNanoseconds(text: string): number | undefined {
  if (!WHOLE.test(text)) return undefined
  const parts = [...text.matchAll(/([\d.]+)([a-zµμ]+)/g)]
  const sum = parts.reduce(
    (total, [, number, unit]) => total + Number(number) * UNITS[unit as keyof typeof UNITS],
    0,
  )
  return sum < 2 ** 63 ? Math.floor(sum) : undefined
}
