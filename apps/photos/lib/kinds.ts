/** The kinds of pictures that a worker can read, with their media types. */
const READABLE: Record<string, string> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  tiff: 'image/tiff',
  avif: 'image/avif',
}

export const READABLE_KINDS = Object.keys(READABLE)

/** This many bytes are enough to tell kinds apart. */
export const KIND_BYTES = 32

/**
 * How files begin, in hexadecimal digits. Kept here and not left to a library: a photo is taken or refused by
 * what the worker can read, and the words of a refusal name the kinds that people send by mistake. file-type
 * knows two hundred others and needs a stream for some; image-size does not tell a TIFF from a BigTIFF.
 */
const BEGINNINGS: [kind: string, beginning: RegExp][] = [
  ['jpeg', /^ffd8ff/],
  ['png', /^89504e470d0a1a0a/],
  // RIFF, a length, WEBP
  ['webp', /^52494646.{8}57454250/],
  ['gif', /^474946383[79]61/],
  ['tiff', /^(49492a00|4d4d002a)/],
  ['bigtiff', /^(49492b00|4d4d002b)/],
  // ftyp, then avif; or mif1, a version, and avif among the compatible brands
  ['avif', /^.{8}66747970(61766966|6d696631.{8}(.{8})*61766966)/],
  // ftyp, then hei., hev., mif1 or msf1
  ['heic', /^.{8}66747970(686569|686576|6d696631|6d736631)/],
  // optionally a byte order mark and white space, then <svg or <?xml
  ['svg', /^(efbbbf)?(09|0a|0d|20)*3c(737667|3f786d6c)/],
  ['bmp', /^424d/],
  ['jxl', /^(ff0a|0000000c4a584c20)/],
  ['jpeg 2000', /^(ff4fff51|0000000c6a5020)/],
  ['psd', /^38425053/],
  ['ico', /^0000(01|02)00/],
  ['pdf', /^25504446/],
]

/** The kind of a picture by its first bytes; undefined for anything unknown. */
export function kindOf(head: Uint8Array): string | undefined {
  const digits = Buffer.from(head.subarray(0, KIND_BYTES)).toString('hex')
  return BEGINNINGS.find(([, beginning]) => beginning.test(digits))?.[0]
}

/** The media type of a readable picture; of anything else, bytes. */
export const typeOf = (kind: string | undefined): string => READABLE[kind ?? ''] ?? 'application/octet-stream'
