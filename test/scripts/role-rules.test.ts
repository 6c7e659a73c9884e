import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import type { Resource } from '../../core/base/cloudformation.ts'
import { CLOUDFORMATION_TAGS } from '../../core/base/cloudformation-yaml.ts'
import { readYaml } from '../../core/base/yaml-document.ts'
import { problemsOf } from '../../scripts/role-rules.ts'
import { ROOT } from '../apps/apps.ts'
import { refused } from '../resources/refused.ts'

const folder = join(ROOT, 'resources')
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
  /^(roles|workflows|packagers)\/|^[a-z]+\.yml$/.test(path),
)

/** Everything that the control plane is made of. */
const resources: Record<string, Resource> = Object.fromEntries(
  files.flatMap((path) => {
    const text = readFileSync(join(folder, path), 'utf8')
    const { Resources } = Object(readYaml(text, path, CLOUDFORMATION_TAGS).value)
    return Object.entries((Resources ?? {}) as Record<string, Resource>)
  }),
)

describe('the rules of roles and policies', () => {
  it('find nothing in the control plane', () => {
    expect(problemsOf(resources)).toEqual([])
  })

  it.each(refused('rules'))('refuse $behaviour', ({ template, says }) => {
    expect(problemsOf(template.Resources)).toEqual(says)
  })
})
