// @ts-check
import { crc32 } from 'node:zlib'

/**
 * A zip archive of one file, not compressed ("APPNOTE.TXT - .ZIP File Format Specification", 4.3): the same
 * bytes each time.
 * @param {string} name
 * @param {string} text
 * @returns {Buffer}
 */
export function storedZip(name, text) {
  const path = Buffer.from(name)
  const content = Buffer.from(text)
  // What both headers have: version 2.0, no flags, stored, midnight of 1980-01-01, sums and lengths.
  const facts = Buffer.alloc(26)
  facts.writeUInt16LE(20, 0)
  facts.writeUInt16LE(0x21, 8)
  facts.writeUInt32LE(crc32(content), 10)
  facts.writeUInt32LE(content.length, 14)
  facts.writeUInt32LE(content.length, 18)
  facts.writeUInt16LE(path.length, 22)
  const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), facts, path, content])
  const made = Buffer.from([20, 0])
  const rest = Buffer.alloc(14)
  const central = Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), made, facts, rest, path])
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(local.length, 16)
  return Buffer.concat([local, central, end])
}
