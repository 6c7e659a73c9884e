import { text } from './values.ts'

/** What the letters of Docker stand for: powers of 1024. */
const DOCKER: Record<string, number> = { '': 1, b: 1, k: 1024, kb: 1024, m: 1024 ** 2, mb: 1024 ** 2 }
Object.assign(DOCKER, { g: 1024 ** 3, gb: 1024 ** 3, t: 1024 ** 4, tb: 1024 ** 4 })

/** `512m`, `1gb`, bytes ("Specifying byte values" of the Compose Specification). */
export function dockerBytes(value: unknown): number | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text(value) ?? '') ?? []
  const factor = DOCKER[unit.toLowerCase()]
  return number === undefined || factor === undefined ? undefined : Math.round(Number(number) * factor)
}

const QUANTITY = /^(\d+(?:\.\d*)?|\.\d+)(?:([eE][+-]?\d+)|(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei))?$/
const SUFFIXES: Record<string, number> = { m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 }
for (const [index, letter] of ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].entries())
  SUFFIXES[letter] = 1024 ** (index + 1)

/** A quantity of Kubernetes: `128Mi`, `250m`, `1.5`, `2e3`. */
export function quantity(value: unknown): number | undefined {
  const [, number, exponent, suffix] = QUANTITY.exec(text(value) ?? '') ?? []
  if (number === undefined) return undefined
  return Number(`${number}${exponent ?? ''}`) * (suffix === undefined ? 1 : (SUFFIXES[suffix] ?? 1))
}

/** CPUs, as Compose counts them: `0.5`, `"2"`. */
export function cpuCount(value: unknown): number | undefined {
  const count = Number(text(value) ?? Number.NaN)
  return Number.isFinite(count) && count > 0 ? count : undefined
}
