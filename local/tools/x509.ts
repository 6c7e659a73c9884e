import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  X509Certificate,
} from 'node:crypto'
import { bytesOf, readRequest } from '../../core/secrets/certificate-request.ts'
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
} from '../../core/secrets/der.ts'
import { inside, type Value, values } from '../../core/secrets/der-reader.ts'

/** What a certificate is for; the extensions follow from it ("AWS Private CA template varieties"). */
export type Kind = 'root' | 'both' | 'client' | 'server'

export interface Issue {
  csr: string
  /** Of the authority, PEM. */
  key: string
  /** Of the authority, PEM; none for one that signs itself. */
  issuer?: string | undefined
  kind: Kind
  /** Hex. */
  serial: string
  notBefore: string
  notAfter: string
  /** Such as SHA256WITHECDSA. */
  algorithm: string
}

const ALGORITHMS: Record<string, string> = {
  SHA256WITHECDSA: '1.2.840.10045.4.3.2',
  SHA384WITHECDSA: '1.2.840.10045.4.3.3',
  SHA512WITHECDSA: '1.2.840.10045.4.3.4',
  SHA256WITHRSA: '1.2.840.113549.1.1.11',
  SHA384WITHRSA: '1.2.840.113549.1.1.12',
  SHA512WITHRSA: '1.2.840.113549.1.1.13',
}
const NAMES: Record<string, string> = {
  CommonName: '2.5.4.3',
  Surname: '2.5.4.4',
  SerialNumber: '2.5.4.5',
  Country: '2.5.4.6',
  Locality: '2.5.4.7',
  State: '2.5.4.8',
  Organization: '2.5.4.10',
  OrganizationalUnit: '2.5.4.11',
}
const SERVER_AUTH = identifier('1.3.6.1.5.5.7.3.1')
const CLIENT_AUTH = identifier('1.3.6.1.5.5.7.3.2')
const USES = { both: [SERVER_AUTH, CLIENT_AUTH], client: [CLIENT_AUTH], server: [SERVER_AUTH] }
/** Digital signature, and for keys: certificate and list signing, or key encipherment. */
const USAGE = { root: bits(Buffer.from([0b10000110]), 1), leaf: bits(Buffer.from([0b10100000]), 5) }

/** A new key, PKCS #8, with a request for `subject`. */
export function keyWithRequest(
  subject: Record<string, string>,
  keyAlgorithm: string,
  algorithm: string,
  addresses: readonly string[] = [],
): { key: string; csr: string } {
  const { privateKey, publicKey } = newKey(keyAlgorithm)
  const content = sequence(
    integer(Buffer.from([0])),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(0, addresses.length > 0 ? requested(addresses) : Buffer.alloc(0)),
  )
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    csr: signed('CERTIFICATE REQUEST', content, algorithm, privateKey),
  }
}

function newKey(algorithm: string): { privateKey: KeyObject; publicKey: KeyObject } {
  const [family, size = ''] = algorithm.split('_')
  if (family === 'RSA') return generateKeyPairSync('rsa', { modulusLength: Number(size) })
  return generateKeyPairSync('ec', { namedCurve: size })
}

const nameOf = (subject: Record<string, string>): Buffer =>
  sequence(
    ...Object.entries(subject).map(([part, value]) =>
      set(
        sequence(
          identifier(NAMES[part] ?? (NAMES.CommonName as string)),
          part === 'Country' ? der(0x13, Buffer.from(value)) : text(value),
        ),
      ),
    ),
  )

function requested(addresses: readonly string[]): Buffer {
  const names = addresses.map((address) => der(0x87, Buffer.from(address.split('.').map(Number))))
  const extension = sequence(identifier('2.5.29.17'), octets(sequence(...names)))
  return sequence(identifier('1.2.840.113549.1.9.14'), set(sequence(extension)))
}

/**
 * A certificate for what the request asks, PEM.
 * @throws {MalformedRequest} when it cannot be read or is signed with another key
 */
export function issue(asked: Issue): string {
  const { subject, key, alternatives } = readRequest(asked.csr)
  const signer = createPrivateKey(asked.key)
  const issuer = asked.issuer ? subjectOf(asked.issuer) : subject
  const content = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(Buffer.from(asked.serial, 'hex')),
    algorithmOf(asked.algorithm),
    issuer,
    sequence(moment(asked.notBefore), moment(asked.notAfter)),
    subject,
    key,
    explicit(3, sequence(...extensions(asked.kind, key, spki(signer), alternatives))),
  )
  return signed('CERTIFICATE', content, asked.algorithm, signer)
}

function extensions(kind: Kind, own: Buffer, issuer: Buffer, alternatives: Buffer | undefined): Buffer[] {
  const root = kind === 'root'
  return [
    sequence(identifier('2.5.29.19'), boolean(true), octets(root ? sequence(boolean(true)) : sequence())),
    sequence(identifier('2.5.29.14'), octets(octets(fingerprint(own)))),
    sequence(identifier('2.5.29.35'), octets(sequence(der(0x80, fingerprint(issuer))))),
    sequence(identifier('2.5.29.15'), boolean(true), octets(root ? USAGE.root : USAGE.leaf)),
    ...(kind === 'root' ? [] : [sequence(identifier('2.5.29.37'), octets(sequence(...USES[kind])))]),
    ...(alternatives && !root ? [sequence(identifier('2.5.29.17'), octets(alternatives))] : []),
  ]
}

/** The identifier of a key: the SHA-1 of its bits ("RFC 5280", 4.2.1.2). */
function fingerprint(key: Buffer): Buffer {
  const [, bitString] = inside(key) as [Value, Value]
  return createHash('sha1').update(bitString.content.subarray(1)).digest()
}

const spki = (key: KeyObject): Buffer => createPublicKey(key).export({ type: 'spki', format: 'der' })

function algorithmOf(name: string): Buffer {
  const oid = identifier(ALGORITHMS[name] as string)
  return name.endsWith('RSA') ? sequence(oid, der(0x05)) : sequence(oid)
}

function signed(label: string, content: Buffer, algorithm: string, key: KeyObject): string {
  const hash = algorithm.slice(0, 6).toLowerCase()
  const whole = sequence(content, algorithmOf(algorithm), bits(sign(hash, content, key)))
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}

/** Years from 2050 on have four digits ("RFC 5280", 4.1.2.5). */
function moment(iso: string): Buffer {
  const at = new Date(iso)
  if (at.getUTCFullYear() < 2050) return utcTime(at)
  return der(0x18, Buffer.from(`${at.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`, 'ascii'))
}

/** The subject of a certificate, as DER: the sixth part of its content. */
function subjectOf(pem: string): Buffer {
  const [content] = inside(bytesOf(pem)) as [Value]
  return (values(content.content)[5] as Value).whole
}

/** What is told of an authority's own certificate. */
export function facts(pem: string): { notBefore: string; notAfter: string; serial: string } {
  const { validFrom, validTo, serialNumber } = new X509Certificate(pem)
  return {
    notBefore: new Date(validFrom).toISOString(),
    notAfter: new Date(validTo).toISOString(),
    serial: serialNumber,
  }
}
