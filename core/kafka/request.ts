import { createPublicKey, type KeyObject, sign } from 'node:crypto'
import { textOf } from '../secrets/certificate-request.ts'
import { bits, explicit, identifier, integer, sequence, set, text } from '../secrets/der.ts'

const ECDSA_WITH_SHA256 = sequence(identifier('1.2.840.10045.4.3.2'))
const COMMON_NAME = identifier('2.5.4.3')

/**
 * A request for a certificate ("RFC 2986"), PEM: for a key on the curve P-256 and a common name, which is all
 * of its subject.
 */
export function certificateRequest(privateKey: KeyObject, name: string): string {
  const content = sequence(
    integer(Buffer.from([0])),
    sequence(set(sequence(COMMON_NAME, text(name)))),
    createPublicKey(privateKey).export({ type: 'spki', format: 'der' }),
    explicit(0, Buffer.alloc(0)),
  )
  const signed = sequence(content, ECDSA_WITH_SHA256, bits(sign('sha256', content, privateKey)))
  return textOf(signed)
}
