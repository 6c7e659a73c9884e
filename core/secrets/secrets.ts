import { sha256 } from '../base/canonical.ts'

/**
 * The secrets of the platform, by the last part of their parameters' names (docs/security.md). Except for the
 * authority each holds one value per line: the first is in use, the others are accepted too, while secrets
 * change.
 */
export const TOKENS = [
  'management-token',
  'agent-token',
  'dns-token',
  'ui-token',
  'registration-token',
] as const
export const ROTATED = ['gossip-key', ...TOKENS] as const
export const AUTHORITY = 'ca'
/** The authority's certificate alone, for those who only verify. */
export const CERTIFICATE = 'ca-certificate'
export const SECRETS = [AUTHORITY, CERTIFICATE, ...ROTATED] as const

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

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/

/** New values for missing secrets; existing ones are left alone. */
export function missingSecrets(standing: Secrets, maker: SecretMaker): Map<SecretName, string> {
  const made = new Map<SecretName, string>()
  for (const name of ROTATED) if (!standing.has(name)) made.set(name, fresh(name, maker))
  const known = standing.get(AUTHORITY)
  if (known === undefined) {
    const { key, certificate } = maker.authority()
    made.set(AUTHORITY, key + certificate).set(CERTIFICATE, certificate)
  } else if (!standing.has(CERTIFICATE)) {
    const [certificate = ''] = PEM_CERTIFICATE.exec(known) ?? []
    made.set(CERTIFICATE, certificate)
  }
  return made
}

export const fresh = (name: RotatedName, maker: SecretMaker): string =>
  name === 'gossip-key' ? maker.gossipKey() : maker.token()

/** The values of a secret that changes, the one in use first. */
export const values = (text: string): string[] => text.split(/\s+/).filter(Boolean)

/**
 * Identifies a state of the secrets without revealing any of them; each Consul server reports the one that it
 * has taken over (`fingerprint` in apps/platform/consul/secrets.go).
 */
export function secretsFingerprint(secrets: Secrets): string {
  const lines = ROTATED.map((name) => `${name}=${values(secrets.get(name) ?? '').join(',')}`)
  return sha256(lines.sort().join('\n')).slice(0, 16)
}
