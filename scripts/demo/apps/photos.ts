import { randomUUID } from 'node:crypto'
import { LEASE_MS } from '../../../apps/photos/db/decisions.ts'
import type { Task } from '../../../apps/photos/lib/task.ts'
import type { Context } from '../../../cli/context.ts'
import { duration } from '../../../cli/output.ts'
import { ServiceFailure } from '../../../core/base/errors.ts'
import { killOneOf, serviceInstances } from '../local-instances.ts'
import { PhotosClient } from '../photos/client.ts'
import { drawPicture } from '../photos/picture.ts'
import { colourAt, isNegative } from '../photos/pixel.ts'
import { regionOf, urlOf } from '../places.ts'
import { withFour } from '../scale.ts'
import type { Story } from '../story.ts'
import { until } from '../wait.ts'
import type { DemoApp } from './demo-app.ts'

/** How many pictures are uploaded while something happens to the workers. */
const UPLOADS = 20

/**
 * Pictures go in and come out with a filter: six services with a table, a bucket and any number of workers.
 */
export const photos: DemoApp = {
  name: 'photos',
  building: 'six images, side by side',
  show: { title: 'A picture through the gateway', play: onePicture },
  exercise: [
    { title: `${UPLOADS} pictures, and a worker is killed`, play: killWorker },
    { title: 'Scale the workers to 4 and back', play: scaleWorkers },
  ],
  next: [
    ['nanofleet open photos', 'the gallery in your browser: drop pictures on it'],
    ['nanofleet scale photos worker 5', 'five workers'],
    ['nanofleet logs photos worker --follow', 'what the workers write'],
  ],
}

/** Uploads a picture, waits for the filtered one, and compares a colour in both. */
async function onePicture(context: Context, story: Story): Promise<void> {
  const client = new PhotosClient(await urlOf(context, 'photos'))
  const picture = await drawPicture({ width: 1800, height: 1200, hue: 40 })
  const began = Date.now()
  const id = await client.upload(picture, randomUUID(), 'evening.jpg')
  const [task] = await client.finished([id], 60)
  story.say(`    picture ${id} went through ${task?.worker} in ${duration(Date.now() - began)}`)
  const [before, after] = await Promise.all([client.photo(id, 'before'), client.photo(id, 'after')])
  const [one, other] = [await colourAt(before), await colourAt(after)]
  story.say(`    its middle was rgb(${one.join(' ')}) and is rgb(${other.join(' ')})`)
  if (!isNegative(one, other)) throw new ServiceFailure(`picture ${id} is not inverted`)
  story.say(`    ${client.url}?taskId=${id}`)
}

/** A worker dies while processing a picture: another one takes it, and each picture is finished once. */
async function killWorker(context: Context, story: Story): Promise<void> {
  const client = new PhotosClient(await urlOf(context, 'photos'))
  const began = Date.now()
  const ids = await uploadAll(client)
  const { victim, count } = await killOneOf(regionOf(context), 'photos', 'worker')
  story.say(`    killed the process of worker ${victim.instanceId}`)
  const done = await client.finished(ids, 90)
  const taken = new Set(ids)
  const shown = (await client.gallery()).filter(({ id }) => taken.has(id))
  if (taken.size !== UPLOADS || shown.length !== UPLOADS)
    throw new ServiceFailure(`${UPLOADS} uploads made ${taken.size} tasks and ${shown.length} pictures`)
  story.say(`    ${perWorker(done)}`)
  const again = done.filter(({ attempt = 1 }) => attempt > 1).length
  if (again > 0)
    story.say(`    the ${again} it had in hand came back once its lease of ${LEASE_MS / 1000} s was over`)
  story.say(`    all ${UPLOADS} finished once, after ${duration(Date.now() - began)}`)
  await until('as many workers as before', 60, async () => {
    const workers = await serviceInstances(regionOf(context), 'photos', 'worker')
    const fresh = workers.filter(({ instanceId }) => instanceId !== victim.instanceId)
    return fresh.length === count ? true : undefined
  })
}

/** Four workers share the pictures. */
async function scaleWorkers(context: Context, story: Story): Promise<void> {
  const client = new PhotosClient(await urlOf(context, 'photos'))
  await withFour(context, 'photos', 'worker', async () => {
    const began = Date.now()
    const done = await client.finished(await uploadAll(client), 90)
    story.say(`    ${perWorker(done)}`)
    story.say(`    ${UPLOADS} pictures by 4 workers in ${duration(Date.now() - began)}`)
    if (new Set(done.map(({ worker }) => worker)).size < 2)
      throw new ServiceFailure('one worker got every picture')
  })
}

async function uploadAll(client: PhotosClient): Promise<number[]> {
  const picture = await drawPicture({ width: 900, height: 600, hue: 200 })
  return Promise.all(Array.from({ length: UPLOADS }, () => client.upload(picture, randomUUID())))
}

/** `12 by i-0abc, 8 by i-0def` */
function perWorker(tasks: Task[]): string {
  const counts = Map.groupBy(tasks, ({ worker }) => worker ?? 'nobody')
  return [...counts].map(([worker, theirs]) => `${theirs.length} by ${worker}`).join(', ')
}
