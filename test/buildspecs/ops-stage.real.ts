import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { stageImages } from '../../adapters/images/ec2-images.ts'
import { type Context, openContext } from '../../cli/context.ts'
import { pushFirst } from '../../cli/push-first.ts'
import type { LocalSettings } from '../../local/settings.ts'
import { reset, up } from '../../local/supervisor.ts'
import { deployControlPlane } from '../../scripts/demo/control-plane.ts'
import { ImageBuilds } from '../live/image-builds.ts'
import { liveSettings } from '../live/settings.ts'
import { runToEnd } from '../live/workflows.ts'

/** A stage whose images are built as on AWS, with stand-ins of Docker and ops on the machine's PATH. */
describe('a local stage with the packager ops', () => {
  let machine: ImageBuilds
  let settings: LocalSettings
  let context: Context
  beforeAll(async () => {
    machine = await new ImageBuilds().prepareMachine()
    machine.put('tree/usr/local/bin/node', 'node')
    const own = liveSettings()
    settings = {
      ...own,
      state: await mkdtemp(join(tmpdir(), 'nanofleet-ops-')),
      environment: {
        ...own.environment,
        PATH: `${join(machine.folder, 'bin')}:${own.environment.PATH}`,
        OPS_HOME: join(machine.folder, 'ops'),
      },
      tuning: { NANOFLEET_PACKAGER: 'ops' },
    }
    await up(settings)
    await deployControlPlane(settings)
    context = await openContext({ stage: 'local' }, process.env, settings)
    await pushFirst(context, ['web'])
  }, 120_000)
  afterAll(async () => {
    await reset(settings)
    await rm(settings.state, { recursive: true, force: true })
    machine.remove()
  }, 60_000)

  it('makes and records an image, and builds the next one on it', async () => {
    const first = await runToEnd(context, 'build', { app: 'web' })
    expect(first.output).toMatchObject({ images: [{ service: 'web', built: true }], skipped: [] })
    const second = await runToEnd(context, 'build', { app: 'web', force: true })
    expect(second.output).toMatchObject({ images: [{ service: 'web', built: true, reason: 'forced' }] })
    const images = await stageImages(context.ec2(), 'local')
    expect(images).toHaveLength(2)
    const [{ hash } = { hash: '' }] = images
    for (const image of images)
      expect(image).toMatchObject({
        app: 'web',
        service: 'web',
        hash,
        state: 'available',
        bytes: expect.any(Number),
      })
    expect(machine.disk().toString('latin1')).toContain('"/app/main.mjs"')
  }, 120_000)
})
