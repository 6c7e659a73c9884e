import { crc32 } from 'node:zlib'

/**
 * A zip archive with one file, uncompressed (PKWARE's APPNOTE.TXT, 4.3.6: local header, central header, end
 * record).
 */
export function zipOf(name: string, text: string): Buffer {
  const [file, data] = [Buffer.from(name), Buffer.from(text)]
  // Version 2.0, no flags, stored, 1980-01-01 00:00, checksum, sizes, lengths of name and extra field.
  const shared = [
    u16(20),
    u16(0),
    u16(0),
    u16(0),
    u16(33),
    u32(crc32(data)),
    u32(data.length),
    u32(data.length),
  ]
  const local = Buffer.concat([u32(0x04034b50), ...shared, u16(file.length), u16(0), file, data])
  const attributes = u32(0o100644 * 0x10000)
  const central = Buffer.concat([
    ...[u32(0x02014b50), u16(0x0314), ...shared, u16(file.length), u16(0), u16(0), u16(0), u16(0)],
    ...[attributes, u32(0), file],
  ])
  const counts = [u16(0), u16(0), u16(1), u16(1)]
  return Buffer.concat([
    local,
    central,
    u32(0x06054b50),
    ...counts,
    u32(central.length),
    u32(local.length),
    u16(0),
  ])
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
