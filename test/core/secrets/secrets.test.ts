import { describe, expect, it } from '@jest/globals'
import { randomSecrets } from '../../../adapters/consul/secret-maker.ts'
import {
  AUTHORITY,
  CERTIFICATE,
  missingSecrets,
  SECRETS,
  type SecretMaker,
  type SecretName,
  secretsFingerprint,
  values,
} from '../../../core/secrets/secrets.ts'

const maker: SecretMaker = {
  gossipKey: () => 'gossip',
  token: () => 'token',
  authority: () => ({
    key: '-----BEGIN PRIVATE KEY-----\nk\n-----END PRIVATE KEY-----\n',
    certificate: '-----BEGIN CERTIFICATE-----\nc\n-----END CERTIFICATE-----\n',
  }),
}

describe('the secrets of the platform', () => {
  it('are all made where there are none', () => {
    const made = missingSecrets(new Map(), maker)
    expect([...made.keys()].sort()).toEqual([...SECRETS].sort())
    expect(made.get('gossip-key')).toBe('gossip')
    expect(made.get('dns-token')).toBe('token')
    expect(made.get(AUTHORITY)).toContain(made.get(CERTIFICATE) ?? 'nothing')
    expect(made.get(CERTIFICATE)).not.toContain('PRIVATE')
  })

  it('are left alone where they stand, so that a second deployment changes nothing', () => {
    expect(missingSecrets(missingSecrets(new Map(), maker), maker).size).toBe(0)
  })

  it.each(SECRETS)('are made one by one when only %s is missing', (name) => {
    const standing = missingSecrets(new Map<SecretName, string>(), maker)
    const before = standing.get(name)
    standing.delete(name)
    const made = missingSecrets(standing, maker)
    // A new authority has a new certificate; a lost certificate can be read from the authority.
    expect([...made.keys()]).toEqual(name === AUTHORITY ? [AUTHORITY, CERTIFICATE] : [name])
    expect(made.get(name)).toBe(before)
  })

  it.each(['', 'no PEM', '-----BEGIN PRIVATE KEY-----\nk\n-----END PRIVATE KEY-----\n'])(
    'get no empty certificate from an authority without one: %j',
    (authority) => {
      const standing = missingSecrets(new Map(), maker).set(AUTHORITY, authority)
      standing.delete(CERTIFICATE)
      expect(() => missingSecrets(standing, maker)).toThrow(
        'the secret ca of the platform: holds no certificate; restore its last version in Parameter Store',
      )
    },
  )

  it('hold one value per line, the one in use first', () => {
    expect(values('new\nold\n')).toEqual(['new', 'old'])
    expect(values('')).toEqual([])
  })

  it('have a fingerprint that the program of the servers computes in the same way', () => {
    const secrets = new Map<SecretName, string>(SECRETS.map((name) => [name, `${name}-1\n${name}-2`]))
    const known = secretsFingerprint(secrets)
    expect(known).toBe('259e775cc1fa8971')
    expect(secretsFingerprint(new Map())).toMatch(/^[0-9a-f]{16}$/)
    for (const name of SECRETS) {
      // The servers do not read the authority's key, and so do not report it.
      const changed = secretsFingerprint(new Map(secrets).set(name, 'another'))
      expect(changed === known).toBe(name === AUTHORITY)
    }
  })

  it('are random, of the shape that Consul wants', () => {
    expect(Buffer.from(randomSecrets.gossipKey(), 'base64')).toHaveLength(32)
    expect(randomSecrets.token()).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    expect(randomSecrets.token()).not.toBe(randomSecrets.token())
  })
})
