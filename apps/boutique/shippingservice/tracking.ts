import type { Address } from '../lib/gen/hipstershop_pb.ts'

/** A random whole number from 0 to `below` - 1. */
export type Random = (below: number) => number

/**
 * An id such as `QZ-27493-132048371`: two letters, then the length of the address and half of it, each
 * followed by random digits.
 */
export function trackingId({ streetAddress, city, state }: Address, random: Random): string {
  const { length } = `${streetAddress}, ${city}, ${state}`
  const letters = [random(26), random(26)].map((at) => String.fromCharCode(65 + at)).join('')
  return `${letters}-${length}${digits(3, random)}-${Math.floor(length / 2)}${digits(7, random)}`
}

const digits = (count: number, random: Random): string =>
  Array.from({ length: count }, () => random(10)).join('')
