import { createPublicKey, type KeyObject, sign } from 'node:crypto'

/** ecdsa-with-SHA256, and the object identifier of a common name. */
const ECDSA_WITH_SHA256 = Buffer.from('06082a8648ce3d040302', 'hex')
const COMMON_NAME = Buffer.from('0603550403', 'hex')
const [SEQUENCE, SET, UTF8, BITS, ATTRIBUTES] = [0x30, 0x31, 0x0c, 0x03, 0xa0] as const
const VERSION = Buffer.from([2, 1, 0])

/** A value in its binary form ("X.690", DER). */
function der(tag: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

/** A request for a certificate ("RFC 2986") for a name and a key on the curve P-256, in binary form. */
export function certificateRequest(privateKey: KeyObject, name: string): Buffer {
  const subject = der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8, Buffer.from(name)))))
  const key = createPublicKey(privateKey).export({ type: 'spki', format: 'der' })
  const content = der(SEQUENCE, VERSION, subject, key, der(ATTRIBUTES))
  const signature = der(BITS, Buffer.from([0]), sign('sha256', content, privateKey))
  return der(SEQUENCE, content, der(SEQUENCE, ECDSA_WITH_SHA256), signature)
}

/** The same as text. */
export function pem(request: Uint8Array): string {
  const lines =
    Buffer.from(request)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE REQUEST-----', ...lines, '-----END CERTIFICATE REQUEST-----', ''].join('\n')
}
