import { setTimeout as sleep } from 'node:timers/promises'
import { ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { ListBucketsCommand } from '@aws-sdk/client-s3'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { stackOutputs } from '../../adapters/aws/stack-outputs.ts'
import { FINISHED } from '../../apps/photos/lib/task.ts'
import type { Context } from '../../cli/context.ts'
import { appStatus } from '../../cli/stage/stage-status.ts'
import { appStack } from '../../core/base/names.ts'
import type { PhotosClient } from '../../scripts/demo/photos/client.ts'
import { drawPicture } from '../../scripts/demo/photos/picture.ts'
import { colourAt, isNegative } from '../../scripts/demo/photos/pixel.ts'
import { removeApp, untilAppIsWhole } from '../live/apps.ts'
import { killInTurn, killPlan } from '../live/chaos.ts'
import { nanofleet } from '../live/cli.ts'
import { withPhotos } from '../live/photos.ts'
import { seeded } from '../support/seeded.ts'

const PHOTOS = 300
const UPLOADERS = 6
const KILLS = 12
const SERVICES = ['keyvaluestore', 'db', 'storage', 'master', 'worker']

/** The seed of a failed run kills in the same order again. */
const SEED = Number(process.env.NANOFLEET_CHAOS_SEED ?? Date.now() % 1_000_000)

/** The sun's colour in each kind of uploaded picture, in degrees. */
const HUES = [0, 60, 120, 180, 240, 300]

describe('photos whose parts are killed', () => {
  let context: Context
  let client: PhotosClient
  let pictures: Buffer[]
  beforeAll(async () => {
    ;({ context, client } = await withPhotos())
    await untilAppIsWhole(context, 'photos', 30)
    pictures = await Promise.all(HUES.map((hue) => drawPicture({ width: 300, height: 200, hue })))
  }, 300_000)

  const pictureOf = (index: number): Buffer => pictures[index % HUES.length] ?? Buffer.alloc(0)

  /**
   * Uploads every sixth picture, one after the other; every tenth twice at once. Returns ids by the picture's
   * index.
   */
  const upload = async (first: number, random: () => number): Promise<[index: number, id: number][]> => {
    const ids: [number, number][] = []
    for (let index = first; index < PHOTOS; index += UPLOADERS) {
      const token = `chaos-${SEED}-${index}`
      const sends = index % 10 === 0 ? 2 : 1
      const sent = Array.from({ length: sends }, () => client.upload(pictureOf(index), token))
      for (const id of await Promise.all(sent)) ids.push([index, id])
      // Spreads the uploads over the time during which instances die.
      await sleep(800 * random())
    }
    return ids
  }

  it('lose no picture and finish each one once', async () => {
    console.info(`again with NANOFLEET_CHAOS_SEED=${SEED}`)
    const random = seeded(SEED)
    const before = await client.gallery()
    const plan = killPlan(SEED, SERVICES, KILLS)
    const uploaders = Array.from({ length: UPLOADERS }, (_, first) => upload(first, seeded(SEED + first)))
    const [kills, ...uploaded] = await Promise.all([
      killInTurn(context, 'photos', random, plan, 2),
      ...uploaders,
    ])
    const ids = new Map(uploaded.flat())
    // Pictures that were sent twice got the same answer twice.
    for (const [index, id] of uploaded.flat()) expect([index, id]).toEqual([index, ids.get(index)])
    expect(ids.size).toBe(PHOTOS)
    expect(new Set(ids.values()).size).toBe(PHOTOS)

    const done = await client.finished([...ids.values()], 90)
    const gallery = (await client.gallery()).map(({ id }) => id)
    const wanted = [...ids.values(), ...before.map(({ id }) => id)]
    expect(gallery).toEqual(wanted.toSorted((one, other) => other - one))
    expect(done.every(({ state }) => state === FINISHED)).toBe(true)
    for (let index = 0; index < PHOTOS; index += 17) {
      const result = await client.photo(ids.get(index) ?? 0, 'result')
      expect(isNegative(await colourAt(result), await colourAt(pictureOf(index)))).toBe(true)
    }
    expect(new Set(kills.map(({ service }) => service))).toEqual(new Set(SERVICES))
    await untilAppIsWhole(context, 'photos', 60)
  }, 240_000)

  it('use more workers that start while they are running', async () => {
    const more = Array.from({ length: 60 }, async (_, index) => {
      await sleep(index * 100)
      return client.upload(pictureOf(index), `more-${SEED}-${index}`)
    })
    const { code, err } = await nanofleet('scale', 'photos', 'worker', '5')
    expect({ code, err }).toMatchObject({ code: 0 })
    await client.finished(await Promise.all(more), 60)
    const [worker] = (await appStatus(context, 'photos')).filter(({ service }) => service === 'worker')
    expect(worker).toMatchObject({ desired: 5, healthy: 5 })
    const ids = await Promise.all(
      HUES.flatMap((_, index) =>
        [0, 1, 2, 3].map((round) => client.upload(pictureOf(index), `five-${SEED}-${index}-${round}`)),
      ),
    )
    const workers = new Set((await client.finished(ids, 60)).map((task) => task.worker))
    expect(workers.size).toBeGreaterThanOrEqual(3)
  }, 120_000)

  it('are removed with their pictures, and leave the other apps alone', async () => {
    const outputs = await stackOutputs(context.cloudFormation(), appStack(context.stage, 'photos'))
    const { Buckets: before = [] } = await context.s3().send(new ListBucketsCommand({}))
    expect(before.map(({ Name }) => Name)).toContain(outputs.PicturesBucket)
    await removeApp(context, 'photos')
    const { Buckets: after = [] } = await context.s3().send(new ListBucketsCommand({}))
    expect(after.map(({ Name }) => Name)).not.toContain(outputs.PicturesBucket)
    const { TableNames } = await context.documents().send(new ListTablesCommand({}))
    expect(TableNames).not.toContain(outputs.TasksTable)
    expect(await context.releases().deployedApps()).toEqual(['platform', 'web'])
  }, 130_000)
})
