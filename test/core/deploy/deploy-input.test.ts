import { describe, expect, it } from '@jest/globals'
import { InvalidInput } from '../../../core/base/errors.ts'
import { checkDeployable, checkInput, type InputToCheck } from '../../../core/deploy/deploy-input.ts'
import { parseManifest } from '../../../core/manifest/manifest.ts'
import { stage } from '../../support/stage.ts'

const BACKUP = 'arn:aws:dynamodb:eu-west-1:123456789012:table/nanofleet-dev-web-Orders-1X/backup/01-a2'

describe('checkInput', () => {
  it.each([
    ['deploy', { app: 'web' }, { app: 'web', dryRun: false, replaceData: [], restore: {} }],
    [
      'deploy',
      { app: 'web', release: 1, dryRun: true },
      { app: 'web', release: 1, dryRun: true, replaceData: [], restore: {} },
    ],
    [
      'deploy',
      { app: 'web', replaceData: ['Orders'] },
      { app: 'web', dryRun: false, replaceData: ['Orders'], restore: {} },
    ],
    [
      'deploy',
      { app: 'web', release: 1, replaceData: ['Orders'], restore: { Orders: BACKUP } },
      { app: 'web', release: 1, dryRun: false, replaceData: ['Orders'], restore: { Orders: BACKUP } },
    ],
    [
      'deploy',
      { app: 'web', services: ['web', 'api'] },
      { app: 'web', services: ['web', 'api'], dryRun: false, replaceData: [], restore: {} },
    ],
    ['scale', { app: 'web', service: 'web', count: 0 }, { app: 'web', service: 'web', count: 0 }],
    ['restart', { app: 'web' }, { app: 'web' }],
    [
      'restart',
      { app: 'web', service: 'web', instance: 'i-0a' },
      { app: 'web', service: 'web', instance: 'i-0a' },
    ],
    [
      'teardown',
      { app: 'web', confirm: 'web', data: 'keep' },
      { app: 'web', confirm: 'web', data: 'keep', deleteData: [] },
    ],
  ] as const)('fills in the defaults of %s', (workflow, input, checked) => {
    expect(checkInput({ workflow, input })).toEqual(checked)
  })

  it.each<[InputToCheck['workflow'], unknown, RegExp]>([
    ['deploy', {}, /app/],
    ['deploy', { app: 'web', releas: 1 }, /releas\b/],
    ['deploy', { app: 'web', release: 0 }, /release/],
    ['deploy', { app: 'Web' }, /lower-case/],
    ['deploy', { app: 'web', replaceData: ['my table'] }, /replaceData.*must be the name of a resource/],
    ['deploy', { app: 'web', restore: { 'my table': BACKUP } }, /restore.*must be the name of a table/],
    ['deploy', { app: 'web', restore: { Orders: 'yesterday' } }, /restore.*must be the ARN of a backup/],
    [
      'deploy',
      { app: 'web', release: 1, replaceData: ['Orders', 'Bills'], restore: { Orders: BACKUP } },
      /replaceData: .*going back never replaces data/,
    ],
    [
      'deploy',
      { app: 'web', release: 1, replaceData: ['Orders'] },
      /replaceData: .*going back never replaces data/,
    ],
    ['deploy', { app: 'web', services: [] }, /services: .*names no service; leave it out for the whole app/],
    ['deploy', { app: 'web', services: 'api' }, /services/],
    ['deploy', { app: 'web', services: ['Api'] }, /services.0: .*lower-case/],
    [
      'deploy',
      { app: 'web', release: 1, services: ['api'] },
      /services: .*does not go with a release: going back takes the whole app/,
    ],
    [
      'deploy',
      { app: 'web', services: ['api'], replaceData: ['Orders'], restore: { Orders: BACKUP } },
      /services: .*does not go with restore/,
    ],
    ['scale', { app: 'web', service: 'web', count: -1 }, /count/],
    ['scale', { app: 'web', service: 'web', count: 1.5 }, /count/],
    ['restart', { app: 'web', instance: 'i-0a' }, /instance: "i-0a" needs its service too/],
    ['restart', { app: 'web', service: 'web', instance: 'ami-1' }, /must be the id of an instance/],
    ['teardown', { app: 'web' }, /confirm is missing; give the app's name "web"/],
    ['teardown', { app: 'web', confirm: 'wep' }, /confirm is "wep"; give the app's name "web"/],
    ['teardown', { app: 'web', confirm: 'web', data: 'burn' }, /data/],
  ])('refuses %s %j', (workflow, input, message) => {
    const check = () => checkInput({ workflow, input })
    expect(check).toThrow(InvalidInput)
    expect(check).toThrow(message)
    expect(check).toThrow(new RegExp(`^input of ${workflow}`))
  })
})

describe('checkDeployable', () => {
  const fits = parseManifest('app: shop\nrequires: [platform]\nservices:\n  web: {}\n  cart: {}\n', 'app.yml')
  const manifest = parseManifest('app: shop\nservices:\n  web: {instanceType: t4g.small}\n', 'app.yml')

  it('refuses a service that was not pushed, with the one that was meant', () => {
    const check = (...services: string[]) => checkDeployable({ services }, fits, stage)
    expect(() => check('web', 'cart')).not.toThrow()
    expect(() => check('web', 'crat')).toThrow(
      'input of deploy: services: the app shop, as it was pushed, has no service "crat"; did you mean "cart"?',
    )
  })

  it('refuses what this stage cannot build, but not a kept release, which has its images', () => {
    expect(() => checkDeployable({}, manifest, stage)).toThrow('t4g.small has arm64 processors')
    expect(() => checkDeployable({ release: 1 }, manifest, stage)).not.toThrow()
  })
})
