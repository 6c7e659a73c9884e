import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { NOT_EVERYWHERE } from '../../adapters/aws/stage-zones.ts'
import { partitionOf } from '../../core/base/partition.ts'
import { readSettings } from '../../local/settings.ts'

const { repository, cache } = readSettings()

/** CloudFormation's registry as cfn-lint carries it: what each region has. */
const folder = readdirSync(cache).find((name) => name.startsWith('cfn-lint-')) ?? ''
const providers = join(cache, folder, 'cfnlint', 'data', 'schemas', 'providers')
const regions = readdirSync(providers)
  .map((file) => file.replace('.json', ''))
  .filter((name) => {
    try {
      return partitionOf(name) !== undefined
    } catch {
      return false
    }
  })

/** The types in the control plane's parts, the platform's resources and what compiles services. */
function ownTypes(): string[] {
  const found = ['resources', 'images/platform', 'core/template'].flatMap((name) =>
    readdirSync(join(repository, name), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(ya?ml|ts)$/.test(file))
      .flatMap(
        (file) => readFileSync(join(repository, name, file), 'utf8').match(/\bAWS(::\w+){2}\b/g) ?? [],
      ),
  )
  const known = JSON.parse(readFileSync(join(providers, 'us-east-1.json'), 'utf8')) as object
  return [...new Set(found)].filter((type) => type in known)
}

describe('the regions of our partitions', () => {
  it('have every type of a stage but those that a deployment asks for first', () => {
    const types = ownTypes()
    expect(regions.length).toBeGreaterThan(30)
    expect(types.length).toBeGreaterThan(40)
    const lacking = regions.flatMap((region) => {
      const has = JSON.parse(readFileSync(join(providers, `${region}.json`), 'utf8')) as object
      return types.filter((type) => !(type in has)).map((type) => `${type} in ${region}`)
    })
    expect(lacking.filter((one) => !NOT_EVERYWHERE.some((type) => one.startsWith(`${type} `)))).toEqual([])
    expect(new Set(lacking.map((one) => one.split(' in ')[0]))).toEqual(new Set(NOT_EVERYWHERE))
  })
})
