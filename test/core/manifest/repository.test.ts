import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { parse } from 'yaml'
import { parseManifest } from '../../../core/manifest/manifest.ts'
import { parseRepository, stageSchema } from '../../../core/manifest/repository.ts'
import { ROOT } from '../../apps/apps.ts'

describe('nanofleet.yml', () => {
  it.each(['', '# nothing yet\n', '{}'])('may set nothing: %j', (text) => {
    expect(parseRepository(text)).toEqual({ stages: {}, defaults: {} })
  })

  it('says where stages are and what they choose', () => {
    const text = 'stages:\n  dev: {region: us-west-2, domain: dev.example.com, accessLogs: false}\n'
    expect(parseRepository(text).stages).toEqual({
      dev: { region: 'us-west-2', domain: 'dev.example.com', accessLogs: false },
    })
  })

  it.each([
    ['stagse: {}', 'nanofleet.yml:1: stagse: unknown key; did you mean "stages"?'],
    [
      'stages:\n  dev:\n    regoin: eu-west-1',
      'nanofleet.yml:3: stages.dev.regoin: unknown key; did you mean "region"?',
    ],
    [
      'stages:\n  dev: {region: Frankfurt}',
      'nanofleet.yml:2: stages.dev.region: "Frankfurt" is not an AWS region',
    ],
    ['stages:\n  local: {}', '"local" is the local region'],
    ['stages:\n  my-stage: {}', '"my-stage" is not a stage name'],
    ['defaults:\n  cuont: 2', 'nanofleet.yml:2: defaults.cuont: unknown key; did you mean "count"?'],
    ['defaults: {port: 8080}', 'defaults.port: unknown key'],
    ['defaults:\n  env: {A: {Ref: Table}}', 'nanofleet.yml:2: defaults.env.A'],
    ['- a', 'nanofleet.yml:1'],
  ])('refuses %j', (text, sentence) => {
    expect(() => parseRepository(text)).toThrow(sentence)
  })

  it('knows every parameter of serverless.yml that is a choice', async () => {
    const { params } = parse(await readFile(join(ROOT, 'serverless.yml'), 'utf8'))
    const choices = Object.keys(params.default).filter(
      (name) => !['packager', 'transport', 'namesPort'].includes(name),
    )
    expect(Object.keys(stageSchema.shape).sort()).toEqual(choices.sort())
  })
})

describe('the defaults of a repository', () => {
  const { defaults } = parseRepository('defaults: {count: 3, instanceType: t3.small, env: {A: all, B: all}}')
  const manifest = (text: string) => parseManifest(text, 'images/shop/app.yml', defaults)

  it('fill in what a service does not say; variables merge by name', () => {
    const { web, api } = manifest(
      'app: shop\nservices:\n  web: {env: {B: web, C: web}}\n  api: {count: 1, instanceType: t3.nano}\n',
    ).services
    expect(web).toMatchObject({ instanceType: 't3.small', env: { A: 'all', B: 'web', C: 'web' } })
    expect(web?.count.desired).toBe(3)
    expect(api).toMatchObject({ instanceType: 't3.nano', env: { A: 'all', B: 'all' } })
    expect(api?.count.desired).toBe(1)
  })

  it.each([
    ['app: shop\nservices:\n  web:\n', 'images/shop/app.yml:3: services.web'],
    ['app: shop\nservices:\n  web: {env: 7}\n', 'images/shop/app.yml:3: services.web.env'],
    ['app: shop\nservices: 7\n', 'images/shop/app.yml:2: services'],
  ])('leave a wrong manifest wrong: %j', (text, place) => {
    expect(() => manifest(text)).toThrow(place)
  })
})
