import { createPublicKey, type KeyObject, sign } from 'node:crypto'
import { bits, boolean, der, identifier, integer, octets, sequence, set, text, utcTime } from './der.ts'

/** Years for which an authority, and every certificate it signs, is valid. */
export const AUTHORITY_YEARS = 10

const ECDSA_WITH_SHA256 = sequence(identifier('1.2.840.10045.4.3.2'))
const COMMON_NAME = identifier('2.5.4.3')
const KEY_USAGE = identifier('2.5.29.15')
const BASIC_CONSTRAINTS = identifier('2.5.29.19')
/** May sign certificates (bit 5) and lists of revoked ones (bit 6); the last used bit is the seventh. */
const SIGNS = bits(Buffer.from([0b00000110]), 1)

/**
 * The certificate of an authority that signed itself ("RFC 5280", 4.1), PEM. Node signs but makes no
 * certificates. `@peculiar/x509` does, with a decorator runtime and a container for its classes: 241 KB more
 * in a function of 380, and 30 ms of each cold start. This is one certificate of a fixed form, written and
 * never read here; OpenSSL and Go read it in the tests.
 * @param privateKey on the curve P-256
 * @param serial up to 20 bytes, not all zero
 */
export function authorityCertificate(
  privateKey: KeyObject,
  name: string,
  serial: Uint8Array,
  now: Date,
): string {
  const end = new Date(now)
  end.setUTCFullYear(end.getUTCFullYear() + AUTHORITY_YEARS)
  const subject = sequence(set(sequence(COMMON_NAME, text(name))))
  const version3 = der(0xa0, integer(Buffer.from([2])))
  const extensions = sequence(
    sequence(BASIC_CONSTRAINTS, boolean(true), octets(sequence(boolean(true)))),
    sequence(KEY_USAGE, boolean(true), octets(SIGNS)),
  )
  const content = sequence(
    version3,
    integer(serial),
    ECDSA_WITH_SHA256,
    subject,
    // Clocks differ a little.
    sequence(utcTime(new Date(now.getTime() - 3_600_000)), utcTime(end)),
    subject,
    createPublicKey(privateKey).export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  )
  const certificate = sequence(content, ECDSA_WITH_SHA256, bits(sign('sha256', content, privateKey)))
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}
