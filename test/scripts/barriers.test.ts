import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import type { Resource } from '../../core/base/cloudformation.ts'
import { CLOUDFORMATION_TAGS } from '../../core/base/cloudformation-yaml.ts'
import { readYaml } from '../../core/base/yaml-document.ts'
import { ROOT } from '../apps/apps.ts'

const folder = join(ROOT, 'resources')
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
  /^(roles|workflows|packagers)\/|^[a-z]+\.yml$/.test(path),
)
const resources: Record<string, Resource> = Object.fromEntries(
  files.flatMap((path) => {
    const text = readFileSync(join(folder, path), 'utf8')
    const { Resources } = Object(readYaml(text, path, CLOUDFORMATION_TAGS).value)
    return Object.entries((Resources ?? {}) as Record<string, Resource>)
  }),
)
const roles = Object.keys(resources).filter((name) => resources[name]?.Type === 'AWS::IAM::Role')
const spared = (policy: string) => {
  const given = (resources[policy]?.Properties?.Roles ?? []) as { Ref: string }[]
  const barred = given.map(({ Ref }) => Ref)
  return roles.filter((role) => !barred.includes(role)).sort()
}

describe('of the roles of the control plane', () => {
  it('all are looked at', () => {
    expect(roles.length).toBeGreaterThan(30)
  })

  it('these alone are not denied the secrets of the stage', () => {
    expect(spared('NoSecretsPolicy')).toEqual([
      'ConsulRole',
      'PrepareSecretsRole',
      'RemoveAppRole',
      'RotateSecretsRole',
      'SignServerRole',
    ])
  })

  it('these alone are not denied what is encrypted in Parameter Store', () => {
    expect(spared('NoDecryptionPolicy')).toEqual([
      'ConsulRole',
      'PrepareSecretsRole',
      'ReconcileRole',
      'RegisterRole',
      'RotateSecretsRole',
      'SignServerRole',
    ])
  })

  it('those of registration read definitions and nothing else', () => {
    for (const name of ['RegisterRole', 'ReconcileRole'])
      expect(JSON.stringify(resources[name])).toMatch(/parameter\/nanofleet\/\$\{sls:stage\}\/\*\/consul"/)
  })
})
