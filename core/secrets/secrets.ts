import { sha256 } from '../base/canonical.ts'
import { InvalidInput } from '../base/errors.ts'

/**
 * The secrets of the platform, by the last part of their parameters' names (docs/security.md). Each holds one
 * value per line, `ca` and `ca-certificate` one PEM text after the other: the first is in use, the others are
 * accepted too, while secrets change.
 */
export const TOKENS = [
  'management-token',
  'agent-token',
  'dns-token',
  'ui-token',
  'registration-token',
] as const
export const AUTHORITY = 'ca'
/** The certificates of `ca` alone, for those who only verify; derived from it. */
export const CERTIFICATE = 'ca-certificate'
export const ROTATED = [AUTHORITY, 'gossip-key', ...TOKENS] as const
/** What the Consul servers read. The key of `ca` is not among it. */
export const READ_BY_SERVERS = [CERTIFICATE, 'gossip-key', ...TOKENS] as const
export const SECRETS = [CERTIFICATE, ...ROTATED] as const

export type RotatedName = (typeof ROTATED)[number]
export type SecretName = (typeof SECRETS)[number]
export type Secrets = ReadonlyMap<SecretName, string>

/** Where new secrets come from: the random generator of the machine. */
export interface SecretMaker {
  /** 32 bytes in base64, as Consul's gossip wants its key. */
  gossipKey(): string
  /** A UUID, as Consul wants its tokens. */
  token(): string
  /** A private key (PKCS #8) and a certificate that it signed itself, both PEM. */
  authority(): { key: string; certificate: string }
}

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/g

/** An authority's value is its key and its certificate. */
const PEM_AUTHORITY =
  /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----\s*-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/g

/**
 * New values for missing secrets; existing ones are left alone.
 * @throws {InvalidInput} when the certificate is missing and the authority holds none
 */
export function missingSecrets(standing: Secrets, maker: SecretMaker): Map<SecretName, string> {
  const made = new Map<SecretName, string>()
  for (const name of ROTATED) if (!standing.has(name)) made.set(name, fresh(name, maker))
  if (made.has(AUTHORITY) || !standing.has(CERTIFICATE))
    made.set(CERTIFICATE, certificates(made.get(AUTHORITY) ?? standing.get(AUTHORITY)))
  return made
}

export function fresh(name: RotatedName, maker: SecretMaker): string {
  if (name === 'gossip-key') return maker.gossipKey()
  if (name !== AUTHORITY) return maker.token()
  const { key, certificate } = maker.authority()
  return key + certificate
}

/**
 * The secret `ca-certificate` that belongs to a secret `ca`.
 * @throws {InvalidInput} when there is no certificate: with an empty one no server would trust another
 */
export function certificates(authorities: string | undefined): string {
  const found = authorities?.match(PEM_CERTIFICATE)
  if (!found)
    throw new InvalidInput(
      `the secret ${AUTHORITY} of the platform`,
      'holds no certificate',
      'restore its last version in Parameter Store',
    )
  return found.join('')
}

/** The values of a secret that is one word per line, the one in use first. */
export const values = (text: string): string[] => text.split(/\s+/).filter(Boolean)

/** The authorities in the secret `ca`, the one that signs first. */
export const authorities = (text: string): string[] => text.match(PEM_AUTHORITY) ?? []

/**
 * Identifies a state of the secrets without revealing any of them; each Consul server reports the one that it
 * has taken over (`fingerprint` in apps/platform/consul/secrets.go).
 */
export function secretsFingerprint(secrets: Secrets): string {
  const lines = READ_BY_SERVERS.map((name) => `${name}=${values(secrets.get(name) ?? '').join(',')}`)
  return sha256(lines.sort().join('\n')).slice(0, 16)
}
