import { describe, expect, it } from '@jest/globals'
import { InvalidInput } from '../../core/base/errors.ts'
import { outlineOf } from '../../core/template/outline.ts'
import { parsedApp } from '../../core/template/parsed-app.ts'
import { handler } from '../../functions/check-input.ts'
import { sampleApp } from '../apps/apps.ts'
import { lambdaContext } from '../support/lambda-context.ts'
import { stage } from '../support/stage.ts'

const local = { ...stage, name: 'local', packager: 'process' as const }
const published = parsedApp(
  sampleApp(
    'shop',
    'source: upstream\nupstream: {registry: a.example/b, version: v1}\nservices:\n  redis: {}\n',
  ),
)
const check = handler.wired(() => ({
  stage: local,
  bundles: { read: async () => published, outline: async () => outlineOf(published.bundle, 's3://b') },
}))

describe('the first state of the workflows', () => {
  it('refuses to deploy what this stage cannot make', async () => {
    const deploy = check({ workflow: 'deploy', input: { app: 'shop' } }, lambdaContext)
    await expect(deploy).rejects.toThrow(/^images\/shop\/app\.yml: source: upstream needs the packager ops, /)
  })

  it.each([
    ['deploy', { app: 'shop', release: 2 }, { dryRun: false, replaceData: [], restore: {} }],
    ['scale', { app: 'shop', service: 'redis', count: 2 }, {}],
    ['teardown', { app: 'shop', confirm: 'shop' }, { deleteData: [] }],
  ] as const)('lets %s pass for what was deployed of it before', async (workflow, input, defaults) => {
    expect(await check({ workflow, input }, lambdaContext)).toEqual({ ...defaults, ...input })
  })

  it('lets an app be removed that breaks rules which are younger than its bundle, and nothing else', async () => {
    const outdated = async () => {
      throw new InvalidInput('s3://b/apps/shop', 'breaks a new rule', 'push the app again')
    }
    const bundles = { read: outdated, outline: async () => outlineOf(published.bundle, 's3://b') }
    const later = handler.wired(() => ({ stage: local, bundles }))
    const input = { app: 'shop', confirm: 'shop', deleteData: [] }
    expect(await later({ workflow: 'teardown', input }, lambdaContext)).toEqual(input)
    const scale = { app: 'shop', service: 'redis', count: 2 }
    await expect(later({ workflow: 'scale', input: scale }, lambdaContext)).rejects.toThrow('new rule')
  })
})
