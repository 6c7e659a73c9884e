/**
 * Is an IPv4 address inside a block such as `10.77.0.0/16`? Anything that is not an address is not inside.
 */
export function isIn(address: string, cidr: string): boolean {
  const [base = '', length = ''] = cidr.split('/')
  const [ours, theirs] = [number(base), number(address)]
  const size = 2 ** (32 - Number(length))
  return Math.floor(ours / size) === Math.floor(theirs / size)
}

/** NaN, which equals nothing, for anything that is not an address. */
function number(address: string): number {
  const parts = address.split('.')
  const isAddress = parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)
  return isAddress ? parts.map(Number).reduce((sum, part) => sum * 256 + part) : Number.NaN
}
