/** One value of a DER document ("X.690"): its tag, its content, and all its bytes. */
export interface Value {
  tag: number
  content: Buffer
  whole: Buffer
}

/**
 * The values that follow each other in `bytes`.
 * @throws {RangeError} when they end in the middle of one
 */
export function values(bytes: Buffer): Value[] {
  const found: Value[] = []
  for (let at = 0; at < bytes.length; ) {
    const { from, to } = extent(bytes, at)
    if (to > bytes.length) throw new RangeError('the document ends in the middle of a value')
    found.push({
      tag: bytes.readUInt8(at),
      content: bytes.subarray(from, to),
      whole: bytes.subarray(at, to),
    })
    at = to
  }
  return found
}

/** Where the content of the value at `at` begins and ends. */
function extent(bytes: Buffer, at: number): { from: number; to: number } {
  const first = bytes.readUInt8(at + 1)
  if (first < 0x80) return { from: at + 2, to: at + 2 + first }
  const size = first - 0x80
  const from = at + 2 + size
  return { from, to: from + bytes.readUIntBE(at + 2, size) }
}

/** The values inside the one value that `bytes` are. */
export const inside = (bytes: Buffer): Value[] => values((values(bytes)[0] as Value).content)
