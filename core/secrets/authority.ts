import { createPublicKey, type KeyObject, sign, X509Certificate } from 'node:crypto'
import {
  bits,
  boolean,
  der,
  explicit,
  identifier,
  integer,
  octets,
  sequence,
  set,
  text,
  utcTime,
} from './der.ts'

/** Years for which an authority is valid; `rotate-secrets` makes a new one earlier. */
export const AUTHORITY_YEARS = 10
/** Days for which a server's certificate is valid; the server renews it after a third of them. */
export const SERVER_DAYS = 30
/** What Consul servers expect in each other's certificates (apps/platform/consul/certificate.go). */
export const SERVER_NAME = 'server.dc1.consul'

const HOUR_MS = 3_600_000
const ECDSA_WITH_SHA256 = sequence(identifier('1.2.840.10045.4.3.2'))
const COMMON_NAME = identifier('2.5.4.3')
const KEY_USAGE = identifier('2.5.29.15')
const EXTENDED_KEY_USAGE = identifier('2.5.29.37')
const BASIC_CONSTRAINTS = identifier('2.5.29.19')
const ALTERNATIVE_NAMES = identifier('2.5.29.17')
const SERVER_AUTH = identifier('1.3.6.1.5.5.7.3.1')
const CLIENT_AUTH = identifier('1.3.6.1.5.5.7.3.2')
/** May sign certificates (bit 5) and lists of revoked ones (bit 6); the last used bit is the seventh. */
const SIGNS_CERTIFICATES = bits(Buffer.from([0b00000110]), 1)
/** May sign during a handshake (bit 0). */
const SIGNS_HANDSHAKES = bits(Buffer.from([0b10000000]), 7)

const commonName = (name: string): Buffer => sequence(set(sequence(COMMON_NAME, text(name))))

/** What differs between the two kinds of certificates. */
interface Content {
  issuer: string
  subject: string
  publicKey: KeyObject
  /** Up to 20 bytes, not all zero. */
  serial: Uint8Array
  now: Date
  end: Date
  extensions: Buffer
}

/**
 * A certificate ("RFC 5280", 4.1), PEM. Node signs but makes no certificates. `@peculiar/x509` does, with a
 * decorator runtime and a container for its classes: 241 KB more in a function of 380, and 30 ms of each cold
 * start. These are two certificates of a fixed form, written and never read here; OpenSSL and Go read them in
 * the tests.
 */
function certificate(
  signer: KeyObject,
  { issuer, subject, publicKey, serial, now, end, extensions }: Content,
) {
  const content = sequence(
    // Version 3.
    explicit(0, integer(Buffer.from([2]))),
    integer(serial),
    ECDSA_WITH_SHA256,
    commonName(issuer),
    // Clocks differ a little.
    sequence(utcTime(new Date(now.getTime() - HOUR_MS)), utcTime(end)),
    commonName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, extensions),
  )
  const signed = sequence(content, ECDSA_WITH_SHA256, bits(sign('sha256', content, signer)))
  const lines = signed.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}

/**
 * The certificate of an authority that signed itself, PEM.
 * @param privateKey on the curve P-256
 * @param name its own: while two authorities are trusted, a certificate says by name which of them signed it
 */
export function authorityCertificate(
  privateKey: KeyObject,
  name: string,
  serial: Uint8Array,
  now: Date,
): string {
  const end = new Date(now)
  end.setUTCFullYear(end.getUTCFullYear() + AUTHORITY_YEARS)
  const extensions = sequence(
    sequence(BASIC_CONSTRAINTS, boolean(true), octets(sequence(boolean(true)))),
    sequence(KEY_USAGE, boolean(true), octets(SIGNS_CERTIFICATES)),
  )
  const publicKey = createPublicKey(privateKey)
  return certificate(privateKey, { issuer: name, subject: name, publicKey, serial, now, end, extensions })
}

/** For whom a certificate is made. */
export interface ServerIdentity {
  publicKey: KeyObject
  /** IPv4. */
  address: string
  serial: Uint8Array
  now: Date
}

/**
 * The certificate of a Consul server, PEM: for the name that servers expect of each other, and its address.
 * @param authority its private key and its certificate
 */
export function serverCertificate(
  authority: { key: KeyObject; certificate: string },
  { publicKey, address, serial, now }: ServerIdentity,
): string {
  const signer = new X509Certificate(authority.certificate)
  const life = new Date(now.getTime() + SERVER_DAYS * 24 * HOUR_MS)
  const extensions = sequence(
    sequence(BASIC_CONSTRAINTS, boolean(true), octets(sequence())),
    sequence(KEY_USAGE, boolean(true), octets(SIGNS_HANDSHAKES)),
    sequence(EXTENDED_KEY_USAGE, octets(sequence(SERVER_AUTH, CLIENT_AUTH))),
    sequence(
      ALTERNATIVE_NAMES,
      octets(sequence(der(0x82, Buffer.from(SERVER_NAME)), der(0x87, Buffer.from(bytesOf(address))))),
    ),
  )
  return certificate(authority.key, {
    issuer: signer.subject.replace(/^CN=/, ''),
    subject: SERVER_NAME,
    publicKey,
    serial,
    now,
    end: new Date(Math.min(life.getTime(), signer.validToDate.getTime())),
    extensions,
  })
}

const bytesOf = (address: string): number[] => address.split('.').map(Number)
