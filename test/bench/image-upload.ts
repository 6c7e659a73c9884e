import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Upload } from '../../buildspecs/snapshot.mjs'
import { ServiceFailure } from '../../core/base/errors.ts'
import { table } from '../../local/table.ts'
import { type OwnEmulator, ownEmulator } from '../live/own-emulator.ts'
import { bench, type Report } from './lib/report.ts'
import { slowDoor } from './lib/slow-door.ts'
import type { UploadDone } from './lib/upload-process.ts'

const MEBIBYTE = 1024 ** 2
const DISK = 4 * 1024 * MEBIBYTE
const CONTENT = 120 * MEBIBYTE

/** In MB, of the process that uploads, Node and the SDK included. */
const TARGET = 150

/** In ms, added to each answer: the local region's come at once, those of a network do not. */
const LATENCY = 30

/**
 * The upload of a disk of 4 GiB with 120 MiB in it, as photos' worker has: the first one, the same one block
 * at a time, and one that builds on the first after a MiB has changed. Each answer takes a while, as on AWS.
 */
async function measure(): Promise<Report> {
  const emulator = await ownEmulator()
  const door = await slowDoor(emulator.client.endpoint, LATENCY)
  const client = { ...emulator.client, endpoint: door.endpoint }
  const folder = await mkdtemp(join(tmpdir(), 'nanofleet-upload-'))
  try {
    const content = randomBytes(CONTENT)
    // A file of its own each: the holes of one that was read before come from memory.
    const [file, other] = [join(folder, 'disk'), join(folder, 'other')]
    await write(file, 'w', content, 0)
    await write(other, 'w', content, 0)
    const first = await uploaded(client, { file })
    const single = await uploaded(client, { file: other, senders: 1 })
    await write(file, 'r+', randomBytes(MEBIBYTE), 40 * MEBIBYTE)
    const second = await uploaded(client, { file, parent: first.snapshotId })
    const rows: [string, UploadDone][] = [
      ['first, 8 blocks at once', first],
      ['first, one block at a time', single],
      ['again, after 1 MiB has changed', second],
    ]
    return {
      data: { first, single, second, target: TARGET },
      text: table([
        ['4 GiB, 120 MiB of it written', 'time', 'memory', 'blocks sent', 'blocks kept'],
        ...rows.map(([name, { seconds, memory, sent, kept }]) => [
          name,
          `${seconds.toFixed(1)} s`,
          `${Math.round(memory / 1e6)} MB`,
          String(sent),
          String(kept),
        ]),
      ]),
      withinTarget: rows.every(([, { memory }]) => memory <= TARGET * 1e6),
    }
  } finally {
    door.stop()
    await emulator.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function write(file: string, flags: string, content: Buffer, at: number): Promise<void> {
  const disk = await open(file, flags)
  await disk.write(content, 0, content.length, at)
  await disk.truncate(DISK)
  await disk.close()
}

/** One upload in a process of its own, so that its memory is its own. */
async function uploaded(
  { endpoint, region, credentials }: OwnEmulator['client'],
  upload: Pick<Upload, 'file' | 'parent' | 'senders'>,
): Promise<UploadDone> {
  const asked: Upload = { description: 'bench', tags: [], token: randomBytes(8).toString('hex'), ...upload }
  const child = fork(join(import.meta.dirname, 'lib/upload-process.ts'), [JSON.stringify(asked)], {
    env: {
      ...process.env,
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
  })
  const answered = once(child, 'message')
  const ended = once(child, 'exit')
  const answer = await Promise.race([answered, ended.then(() => undefined)])
  await ended
  if (!answer) throw new ServiceFailure('the process that uploads ended without an answer')
  return answer[0]
}

await bench(measure)
