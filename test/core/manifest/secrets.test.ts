import { describe, expect, it } from '@jest/globals'
import { parseManifest } from '../../../core/manifest/manifest.ts'

const parse = (keys: string) => parseManifest(`app: shop\nservices:\n  web:\n    ${keys}\n`, 'app.yml')

describe('the secrets of a service', () => {
  it.each([
    ['secrets: [A, B]', { A: 'own', B: 'own' }],
    ['secrets: {A: own, B: /shared/b}', { A: 'own', B: '/shared/b' }],
    ['secrets: []', {}],
    ['port: 8080', {}],
  ])('are names that we keep, or parameters of others: %s', (keys, secrets) => {
    expect(parse(keys).services.web?.secrets).toEqual(secrets)
  })

  it.each([
    [
      'secrets: [KEY, db-password]',
      'app.yml:4: services.web.secrets.1: "db-password" is not an environment name: letters, digits and _, no digit first',
    ],
    [
      'secrets: {KEY: hunter}',
      'app.yml:4: services.web.secrets.KEY: "hunter" is not an SSM parameter name such as /shared/key',
    ],
    [
      'secrets: KEY',
      'app.yml:4: services.web.secrets: "KEY" is neither a list of names nor a map of names to own or SSM parameters',
    ],
    [
      'env: {KEY: a}\n    secrets: [KEY]',
      'app.yml:5: services.web.secrets.KEY: is in env too; keep one of the two',
    ],
  ])('are refused as %s', (keys, sentence) => {
    expect(() => parse(keys)).toThrow(sentence)
  })
})
