/**
 * Is an IPv4 address inside a block such as `10.77.0.0/16`? Anything that is not an address is not inside.
 */
export function isIn(address: string, cidr: string): boolean {
  const [base = '', length = ''] = cidr.split('/')
  const [ours, theirs] = [number(base), number(address)]
  if (ours === undefined || theirs === undefined) return false
  const size = 2 ** (32 - Number(length))
  return Math.floor(ours / size) === Math.floor(theirs / size)
}

function number(address: string): number | undefined {
  const parts = address.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256))
    return undefined
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0)
}
