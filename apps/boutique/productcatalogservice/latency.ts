const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000 }

/**
 * Reads a duration as Go writes it, such as `250ms`, `1.5s` or `1m30s`.
 * @returns milliseconds
 * @throws Error when the text is anything else
 */
export function duration(name: string, text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m)/g)]
  if (text === '' || parts.map(([part]) => part).join('') !== text) {
    throw new Error(`${name} is ${JSON.stringify(text)}; it must be a duration such as 250ms or 1.5s`)
  }
  return parts.reduce((total, [, count, unit = '']) => total + Number(count) * (UNITS[unit] ?? 0), 0)
}
