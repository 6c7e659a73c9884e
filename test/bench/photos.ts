import { randomUUID } from 'node:crypto'
import { availableParallelism } from 'node:os'
import type { Context } from '../../cli/context.ts'
import { startWorkflow } from '../../cli/start.ts'
import type { LocalSettings } from '../../local/settings.ts'
import { table } from '../../local/table.ts'
import { bringUp } from '../../scripts/demo/bring-up.ts'
import { PhotosClient } from '../../scripts/demo/photos/client.ts'
import { drawPicture } from '../../scripts/demo/photos/picture.ts'
import { urlOf } from '../../scripts/demo/places.ts'
import { type ProcessorTime, processorTime } from './lib/processor.ts'
import { onFreshStage } from './lib/region.ts'
import { bench, progress, type Report, seconds } from './lib/report.ts'

const WORKERS = [1, 2, 4]

/** Two megapixels, as phones send them to a chat. */
const SIZE = { width: 1732, height: 1155 }

/** How many photos to estimate the speed with, and how many seconds the benchmark should then take. */
const PILOT = 12
const SECONDS = 25

/** Simultaneous uploads: enough that no worker has to wait. */
const UPLOADERS = 6

interface Pass {
  workers: number
  photos: number
  milliseconds: number
  processor: ProcessorTime
}

/** Photos per second from the first upload to the last finished picture, with one worker, two and four. */
async function measure(): Promise<Report> {
  return onFreshStage(async (context, settings) => {
    await bringUp(context, 'photos')
    const client = new PhotosClient(await urlOf(context, 'photos'))
    const pictures = await Promise.all([20, 140, 260].map((hue) => drawPicture({ ...SIZE, hue })))
    const passes = []
    for (const workers of WORKERS)
      passes.push(await measureWith(workers, context, settings, (photos) => send(client, pictures, photos)))
    return report(passes, pictures)
  })
}

async function measureWith(
  workers: number,
  context: Context,
  settings: LocalSettings,
  work: (photos: number) => Promise<number>,
): Promise<Pass> {
  const input = { app: 'photos', service: 'worker', count: workers }
  await startWorkflow(context, 'scale', 'worker', input, { wait: true })
  const pilot = await work(PILOT)
  const photos = Math.ceil((SECONDS * 1000 * PILOT) / pilot)
  progress.note(`${workers} workers: ${photos} photos`)
  const used = await processorTime(settings.state)
  const milliseconds = await work(photos)
  return { workers, photos, milliseconds, processor: await used() }
}

/** Uploads this many photos, and waits until all are finished. @returns milliseconds */
async function send(client: PhotosClient, pictures: Buffer[], photos: number): Promise<number> {
  const began = performance.now()
  const ids: number[] = []
  let next = 0
  const upload = async (): Promise<void> => {
    while (next < photos) {
      const picture = pictures[next % pictures.length]
      next += 1
      if (picture) ids.push(await client.upload(picture, randomUUID()))
    }
  }
  await Promise.all(Array.from({ length: UPLOADERS }, upload))
  await client.finished(ids, 300)
  return performance.now() - began
}

function report(passes: Pass[], pictures: Buffer[]): Report {
  const rate = ({ photos, milliseconds }: Pass): number => (photos / milliseconds) * 1000
  const [first] = passes
  const parts = [...new Set(passes.flatMap(({ processor }) => Object.keys(processor)))]
  const perPhoto = ({ processor, photos }: Pass, part: string): number =>
    ((processor[part] ?? 0) / photos) * 1000
  const total = (pass: Pass): number => parts.reduce((sum, part) => sum + perPhoto(pass, part), 0)
  /** The share of all cores that was in use. */
  const busy = (pass: Pass): number =>
    (total(pass) * pass.photos) / pass.milliseconds / availableParallelism()
  const ratio = (pass: Pass): number => rate(pass) / (first ? rate(first) : Number.NaN)
  const kilobytes = Math.round(pictures.reduce((sum, { length }) => sum + length, 0) / pictures.length / 1000)
  return {
    data: {
      picture: { ...SIZE, kilobytes },
      passes: passes.map((pass) => ({
        ...pass,
        photosPerSecond: rate(pass),
        ratio: ratio(pass),
        processorMillisecondsPerPhoto: total(pass),
        processorInUse: busy(pass),
      })),
    },
    text: [
      `JPEGs of ${SIZE.width} × ${SIZE.height}, ${kilobytes} kB on average`,
      table([
        ['workers', ...passes.map(({ workers }) => String(workers))],
        ['photos', ...passes.map(({ photos }) => String(photos))],
        ['time', ...passes.map(({ milliseconds }) => seconds(milliseconds))],
        ['photos per second', ...passes.map((pass) => rate(pass).toFixed(1))],
        ['ratio to one worker', ...passes.map((pass) => ratio(pass).toFixed(2))],
        ['processor in use', ...passes.map((pass) => `${Math.round(busy(pass) * 100)} %`)],
      ]),
      table([
        ['processor time per photo', ...passes.map(({ workers }) => `${workers} workers`)],
        ...parts.map((part) => [part, ...passes.map((pass) => `${perPhoto(pass, part).toFixed(1)} ms`)]),
        ['total', ...passes.map((pass) => `${total(pass).toFixed(1)} ms`)],
      ]),
    ].join('\n\n'),
  }
}

await bench(measure)
