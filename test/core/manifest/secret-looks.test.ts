import { describe, expect, it } from '@jest/globals'
import { isEnvironmentFile, secretLook } from '../../../core/manifest/secret-looks.ts'

/** Put together here, so that no scanner of repositories takes the samples for keys. */
const key = (...parts: string[]) => parts.join('')
const letters = (length: number) => 'aB3dE6gH9'.repeat(20).slice(0, length)

describe('what looks like a secret in a source', () => {
  it.each([
    ['private key', key('-----BEGIN EC ', 'PRIVATE KEY-----'), 'a private key'],
    ['key of AWS', key('AK', 'IA', 'QWERTYUIOPASDFGH'), 'an access key of AWS'],
    ['temporary key of AWS', key('AS', 'IA', 'QWERTYUIOPASDFGH'), 'an access key of AWS'],
    ['token of GitHub', key('gh', 'p_', letters(36)), 'a token of GitHub'],
    ['token of GitLab', key('gl', 'pat-', letters(20)), 'a token of GitLab'],
    ['token of Slack', key('xo', 'xb-', '123456789012-', letters(24)), 'a token of Slack'],
    ['key of Stripe', key('sk', '_live_', letters(24)), 'a key of Stripe'],
    ['key of Google', key('AI', 'za', letters(35)), 'a key of Google'],
    ['token of npm', key('np', 'm_', letters(36)), 'a token of npm'],
    [
      'password in a URL',
      key('postgres://shop:', 'correcthorse', '@db.example.com/shop'),
      'a password in a URL',
    ],
  ])('is a %s', (_what, content, look) => {
    expect(secretLook('apps/web/main.ts', `\n// two\nconst a = '${content}'\n\n`)).toBe(
      `holds what looks like ${look} in line 3`,
    )
  })

  it('is no key behind the first megabyte', () => {
    const token = key('AK', 'IA', 'QWERTYUIOPASDFGH')
    const behind = (length: number) => `${' '.repeat(length - token.length)}${token} `
    expect(secretLook('a.txt', behind(1024 * 1024))).toMatch(/in line 1$/)
    expect(secretLook('a.txt', behind(1024 * 1024 + 1))).toBeUndefined()
  })

  it.each([
    ['tls/server.pem', 'is a key file by its name'],
    ['id_ed25519', 'is an SSH key by its name'],
    ['.npmrc', 'is a file of passwords by its name'],
    ['credentials', 'is a file of credentials by its name'],
    ['main.tfstate', "is Terraform's state, which holds passwords by its name"],
  ])('is a file called %s', (path, look) => {
    expect(secretLook(`apps/web/${path}`, '')).toBe(look)
  })

  it.each([
    'https://user:' + 'pw@example.com/',
    key('https://', '$', '{user}:', '$', '{password}@example.com/'),
    'http://localhost:8080/a@b.com',
    'AKIA is how they begin',
    '-----BEGIN CERTIFICATE-----',
    'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
    `\0${key('AK', 'IA', 'QWERTYUIOPASDFGH')}`,
  ])('is not %j', (content) => {
    expect(secretLook('apps/web/main.ts', content)).toBeUndefined()
  })
})

describe('the environment of a machine', () => {
  it.each([
    ['.env', true],
    ['apps/web/.env', true],
    ['.env.production', true],
    ['.env.example', false],
    ['.env.local.sample', false],
    ['src/env.ts', false],
    ['.environment', false],
  ])('%s: %p', (path, is) => {
    expect(isEnvironmentFile(path)).toBe(is)
  })
})
