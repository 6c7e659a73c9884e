import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { NanofleetError } from '../base/errors.ts'
import { identifier } from './der.ts'
import { inside, type Value, values } from './der-reader.ts'

/** What a certificate signing request asks for ("RFC 2986"). */
export interface Asked {
  /** The name, as DER. */
  subject: Buffer
  /** The subject's public key, as DER. */
  key: Buffer
  /** The alternative names as the extension holds them, as DER. */
  alternatives: Buffer | undefined
  /** Whether it asks for anything besides: alternative names, extensions, a password. */
  more: boolean
  /** The request itself, as DER. */
  whole: Buffer
}

/** It cannot be read, or somebody else signed it. */
export class MalformedRequest extends NanofleetError {}

const EXTENSION_REQUEST = identifier('1.2.840.113549.1.9.14')
const ALTERNATIVE_NAMES = identifier('2.5.29.17')
const HASHES: [string, string][] = [
  ['1.2.840.10045.4.3.2', 'sha256'],
  ['1.2.840.10045.4.3.3', 'sha384'],
  ['1.2.840.10045.4.3.4', 'sha512'],
  ['1.2.840.113549.1.1.11', 'sha256'],
  ['1.2.840.113549.1.1.12', 'sha384'],
  ['1.2.840.113549.1.1.13', 'sha512'],
]

/**
 * Reads a request and checks that it was signed with the key that it asks for.
 * @throws {MalformedRequest}
 */
export function readRequest(pem: string): Asked {
  try {
    return read(bytesOf(pem))
  } catch (error) {
    if (error instanceof MalformedRequest) throw error
    throw new MalformedRequest('the request cannot be read', { cause: error })
  }
}

/** The same as text, with nothing around it. */
export function textOf(request: Uint8Array): string {
  const lines =
    Buffer.from(request)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE REQUEST-----', ...lines, '-----END CERTIFICATE REQUEST-----', ''].join('\n')
}

export const bytesOf = (pem: string): Buffer =>
  Buffer.from(pem.replace(/-----[A-Z ]+-----/g, '').replace(/\s/g, ''), 'base64')

function read(bytes: Buffer): Asked {
  if (values(bytes).length !== 1) throw new MalformedRequest('something follows the request')
  const [content, algorithm, signature] = inside(bytes) as [Value, Value, Value]
  const [, subject, key, attributes] = values(content.content) as [Value, Value, Value, Value?]
  const publicKey = createPublicKey({ key: key.whole, format: 'der', type: 'spki' })
  if (!signedBy(publicKey, content, algorithm, signature))
    throw new MalformedRequest('the request is not signed with its own key')
  return {
    subject: subject.whole,
    key: key.whole,
    alternatives: alternatives(attributes),
    more: (attributes?.content.length ?? 0) > 0,
    whole: bytes,
  }
}

function signedBy(key: KeyObject, content: Value, algorithm: Value, signature: Value): boolean {
  const oid = values(algorithm.content)[0]?.whole
  const hash = HASHES.find(([name]) => oid && identifier(name).equals(oid))?.[1]
  // A BIT STRING begins with the number of bits that do not count.
  return hash !== undefined && verify(hash, content.whole, key, signature.content.subarray(1))
}

function alternatives(attributes: Value | undefined): Buffer | undefined {
  for (const attribute of attributes ? values(attributes.content) : []) {
    const [name, set] = values(attribute.content) as [Value, Value]
    if (!name.whole.equals(EXTENSION_REQUEST)) continue
    for (const extension of inside(set.content)) {
      const parts = values(extension.content)
      if (parts[0]?.whole.equals(ALTERNATIVE_NAMES)) return parts.at(-1)?.content
    }
  }
  return undefined
}
