import { beforeEach, describe, expect, it } from '@jest/globals'
import { type AppBundle, bundleDigest } from '../../../core/base/bundle.ts'
import { InvalidInput, NotFound } from '../../../core/base/errors.ts'
import { CREATED_BY, TAG } from '../../../core/base/names.ts'
import type { SettingName } from '../../../core/base/settings.ts'
import { bundleWithVariables, type SetVariable } from '../../../core/deploy/app-variables.ts'
import type { SeenImage } from '../../../core/images/pinned-image.ts'
import { type DeployWish, deploySpec } from '../../../core/spec/deploy-spec.ts'
import { readSpec } from '../../../core/spec/read-spec.ts'
import { parseApp } from '../../../core/template/parsed-app.ts'
import { MemoryLockTable } from '../../support/memory-locks.ts'
import { MemoryReleaseBook } from '../../support/memory-releases.ts'
import { MemoryRuns } from '../../support/memory-runs.ts'
import { stage } from '../../support/stage.ts'

const IMAGE: SeenImage = {
  imageId: 'ami-0123456789abcdef0',
  createdAt: '2026-01-31T12:00:00.000Z',
  state: 'available',
  architecture: stage.architecture,
  tags: {
    [TAG.createdBy]: CREATED_BY,
    [TAG.stage]: stage.name,
    [TAG.app]: 'web',
    [TAG.service]: 'web',
    [TAG.hash]: '0123456789abcdef',
  },
}

const [locks, runs] = [new MemoryLockTable(), new MemoryRuns()]
const releases = new MemoryReleaseBook(locks)
const bundles = new Map<string, AppBundle>()
let [variables, secrets, pointed]: [SetVariable[], SettingName[], string?] = [[], []]
beforeEach(() => {
  ;[variables, secrets, pointed] = [[], [], undefined]
})

const ports = {
  stage,
  locks,
  runs,
  releases,
  now: () => new Date(0),
  named: async () => [IMAGE],
  built: async () => [IMAGE],
  records: async () => new Map(),
  offered: async () => ({ missing: new Map() }),
  schemas: async () => [],
  settings: { variables: async () => variables, secrets: async () => secrets },
  bundles: {
    read: async (app: string, digest = '') => {
      const bundle = bundles.get(digest)
      if (!bundle) throw new NotFound(digest)
      return parseApp({ app, digest, value: bundle, place: 'memory' })
    },
    write: async (bundle: AppBundle) => {
      const digest = bundleDigest(bundle)
      bundles.set(digest, bundle)
      return { digest }
    },
    point: async (_app: string, digest: string) => {
      pointed = digest
    },
  },
}

const post = async (app: string, more = '', wish: DeployWish = {}) => {
  const text = `app: ${app}\nservices: {${app}: {image: ${IMAGE.imageId}, port: 8080${more}}}\n`
  return await deploySpec(ports, readSpec(Buffer.from(text), 'body'), wish)
}

/** Ends a run as the workflow does: what is released is the app with its variables. */
async function release(app: string, { digest, run }: Awaited<ReturnType<typeof post>>): Promise<void> {
  const pushed = bundles.get(digest)
  if (!pushed || !run) throw new NotFound(app)
  const { digest: bundle } = await ports.bundles.write(bundleWithVariables(pushed, variables))
  const number = ((await releases.current(app))?.release ?? 0) + 1
  const made = { release: number, at: '2026-01-31T12:00:00.000Z', execution: run.arn, bundle, services: {} }
  await releases.record(app, made, run.arn)
  await locks.free(app, run.arn)
  runs.end(run.arn, 'SUCCEEDED')
}

describe('a spec that is sent again', () => {
  it('is what runs, also with variables that were set by hand', async () => {
    variables = [{ name: 'LEVEL', value: 'debug' }]
    const first = await post('kiosk')
    await release('kiosk', first)
    const again = await post('kiosk')
    expect([first.isNew, again.isNew, again.run?.arn]).toEqual([true, false, first.run?.arn])
  })

  it('begins a run after a variable was set, changed or removed', async () => {
    await release('stall', await post('stall'))
    for (const set of [[{ name: 'LEVEL', value: 'debug' }], [{ name: 'LEVEL', value: 'info' }], []]) {
      variables = set
      const changed = await post('stall')
      expect(changed.isNew).toBe(true)
      await release('stall', changed)
      expect((await post('stall')).isNew).toBe(false)
    }
  })
})

describe('the run of a spec', () => {
  it.each<[string, DeployWish, object]>([
    ['booth', { replaceData: [] }, {}],
    ['barn', { replaceData: ['Orders'] }, { replaceData: ['Orders'] }],
  ])('loses the data that was named, and no other: %s %j', async (app, wish, more) => {
    const { digest, run } = await post(app, '', wish)
    expect(run?.input).toStrictEqual({ app, bundle: digest, ...more })
  })

  it('begins for what runs already if it has a key or a name', async () => {
    const first = await post('cafe')
    await release('cafe', first)
    const keyed = await post('cafe', '', { key: 'once' })
    expect([keyed.isNew, (await post('cafe', '', { key: 'once' })).run?.arn]).toEqual([true, keyed.run?.arn])
    await release('cafe', keyed)
    const named = await post('cafe', '', { name: 'by-hand' })
    expect([named.isNew, named.run?.name]).toEqual([true, 'by-hand'])
  })

  it('is not told once Step Functions has forgotten it', async () => {
    const first = await post('bar')
    await release('bar', first)
    runs.runs.delete(first.run?.arn ?? '')
    expect(await post('bar')).not.toHaveProperty('run')
  })
})

describe('a spec with secrets', () => {
  it('is refused with the command that sets each, and its name is known from then on', async () => {
    const asked = post('till', ', secrets: [KEY, TOKEN]')
    await expect(asked).rejects.toThrow(InvalidInput)
    await expect(asked).rejects.toThrow(/the secret KEY of till is not set .*secrets set till KEY/)
    expect(pointed).toBeDefined()
    expect(await runs.latest('deploy', 'till')).toBeUndefined()
    expect((await locks.read('till'))?.owner).toBeUndefined()
    secrets = [{ name: 'KEY' }, { service: 'till', name: 'TOKEN' }]
    expect((await post('till', ', secrets: [KEY, TOKEN]')).isNew).toBe(true)
  })

  it('that are parameters of somebody else is taken as it is', async () => {
    expect((await post('inn', ', secrets: {KEY: /shared/key}')).isNew).toBe(true)
  })
})
