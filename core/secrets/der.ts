/**
 * The few ASN.1 values in an authority's certificate, in their only binary form ("X.690", DER): a tag, a
 * length, the content.
 */
export function der(tag: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([tag, ...lengthOf(content.length)]), content])
}

function lengthOf(length: number): number[] {
  if (length < 0x80) return [length]
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  return [0x80 + bytes.length, ...bytes]
}

export const sequence = (...parts: Uint8Array[]): Buffer => der(0x30, ...parts)
/** A value under a number of its own, as optional parts of a certificate are. */
export const explicit = (number: number, content: Uint8Array): Buffer => der(0xa0 + number, content)
export const set = (...parts: Uint8Array[]): Buffer => der(0x31, ...parts)
export const boolean = (value: boolean): Buffer => der(0x01, Buffer.from([value ? 0xff : 0]))
export const octets = (content: Uint8Array): Buffer => der(0x04, content)
export const text = (value: string): Buffer => der(0x0c, Buffer.from(value, 'utf8'))
/** @param unused bits of the last byte that do not count */
export const bits = (content: Uint8Array, unused = 0): Buffer => der(0x03, Buffer.from([unused]), content)

/** A whole number that is not negative, most significant byte first. */
export function integer(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0)
  const significant = first < 0 ? Buffer.from([0]) : bytes.subarray(first)
  const sign = (significant[0] as number) >= 0x80 ? [Buffer.from([0])] : []
  return der(0x02, ...sign, significant)
}

/** A name such as 2.5.4.3: the first two numbers share a byte, the others are written in groups of 7 bits. */
export function identifier(name: string): Buffer {
  const [first, second, ...rest] = name.split('.').map(Number) as [number, number, ...number[]]
  const groups = rest.flatMap((number) => {
    const bytes = [number % 128]
    for (let left = Math.floor(number / 128); left > 0; left = Math.floor(left / 128))
      bytes.unshift(0x80 + (left % 128))
    return bytes
  })
  return der(0x06, Buffer.from([first * 40 + second, ...groups]))
}

/** A moment to the second, of the years 1950 to 2049 ("RFC 5280", 4.1.2.5.1). */
export const utcTime = (at: Date): Buffer =>
  der(0x17, Buffer.from(`${at.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`, 'ascii'))
