import { expect, it } from '@jest/globals'
import type { AppBundle } from '../../../core/base/bundle.ts'
import { PLATFORM } from '../../../core/base/names.ts'
import { makePlan } from '../../../core/deploy/make-plan.ts'
import { planFacts } from '../../../core/deploy/plan-facts.ts'
import { parsedApp } from '../../../core/template/parsed-app.ts'
import { repositoryApps } from '../../apps/apps.ts'
import { MemoryLockTable } from '../../support/memory-locks.ts'
import { MemoryReleaseBook } from '../../support/memory-releases.ts'
import { MemoryStacks } from '../../support/memory-stacks.ts'
import { stage } from '../../support/stage.ts'

const OWNER = 'execution'
const [platform] = (await repositoryApps()).filter(({ manifest }) => manifest.app === PLATFORM) as [AppBundle]

/** The release that a deployment of this checkout's platform would get where this version runs. */
async function releaseAfter(consul: string): Promise<number> {
  const locks = new MemoryLockTable()
  const releases = new MemoryReleaseBook(locks)
  await locks.take(PLATFORM, OWNER, undefined, new Date())
  const services = { consul: { hash: 'h', imageId: 'ami-1', count: 3, definition: '', consul } }
  await releases.record(PLATFORM, { release: 1, bundle: 'b', services, at: '', execution: OWNER }, OWNER)
  const images = new Map([['consul', { hash: 'h', imageId: 'ami-2', builtAt: '' }]])
  const ports = {
    stage,
    stacks: new MemoryStacks(),
    releases,
    app: async () => parsedApp(platform),
    wanted: async () => parsedApp(platform),
    images: async () => images,
    brokers: async () => '10.0.0.11:9094',
  }
  return makePlan(await planFacts(ports, PLATFORM, 0)).release
}

it('plans no step of Consul that is too far, and moves it by the version between', async () => {
  const { consul = '' } = platform.services.consul ?? {}
  expect(consul).toMatch(/^\d+\.\d+\.\d+$/)
  const [major, minor = 0] = consul.split('.').map(Number)
  await expect(releaseAfter(`${major}.${minor - 3}.2`)).rejects.toThrow(
    `Consul ${consul} cannot follow ${major}.${minor - 3}.2 directly, a step is 2 versions at most; ` +
      `deploy it with Consul ${major}.${minor - 1} first`,
  )
  expect(await releaseAfter(`${major}.${minor - 1}.5`)).toBe(2)
})
