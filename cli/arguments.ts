import { InvalidArgumentError } from 'commander'
import { LABEL } from '../core/base/name-rules.ts'

/**
 * Parsers of a command's arguments. Each throws InvalidArgumentError with the second half of a
 * sentence.
 */

/** The name of an app or a service. */
export function name(text: string): string {
  if (LABEL.test(text)) return text
  throw new InvalidArgumentError(`Names have lower-case letters, digits and dashes, a letter first.`)
}

/** Whether an argument means a file: no name has a slash or a dot. */
export const isFile = (text: string): boolean => /[/.]/.test(text)

/** The name of an app, or the file of one. */
export const nameOrFile = (text: string): string => (isFile(text) ? text : name(text))

/** Several names: commander passes each one with those before it. */
export const names = (text: string, before: string[] | undefined): string[] => [...(before ?? []), name(text)]

export function wholeNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text)
  throw new InvalidArgumentError(`${JSON.stringify(text)} is not a whole number from 0 on.`)
}

export function positiveNumber(text: string): number {
  const value = wholeNumber(text)
  if (value > 0) return value
  throw new InvalidArgumentError('It starts at 1.')
}

export function instanceId(text: string): string {
  if (/^i-[0-9a-f]+$/.test(text)) return text
  throw new InvalidArgumentError(`${JSON.stringify(text)} is not the id of an instance, such as i-0a1b2c3d.`)
}

/** A port of this machine, or 0 for any. */
export function portNumber(text: string): number {
  const value = wholeNumber(text)
  if (value < 65536) return value
  throw new InvalidArgumentError('Ports end at 65535.')
}

/** A number of days; fractions are allowed. */
export function days(text: string): number {
  const value = Number(text)
  if (text !== '' && value >= 0) return value
  throw new InvalidArgumentError(`${JSON.stringify(text)} is not a number of days.`)
}

const UNITS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `10m` in milliseconds. */
export function timeSpan(text: string): number {
  const [, number, unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? []
  if (number !== undefined) return Number(number) * (UNITS[unit] ?? 0)
  throw new InvalidArgumentError(`${JSON.stringify(text)} is not a time span; write 30s, 10m, 2h or 1d.`)
}
