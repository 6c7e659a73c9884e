import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Sharp } from 'sharp'
import { FILTERS, type Filter } from '../../apps/photos/lib/filters.ts'
import { compile } from '../../buildspecs/compile.mjs'
import { NanofleetError } from '../../core/base/errors.ts'
import { table } from '../../local/table.ts'
import { photo } from '../apps/photos/picture-files.ts'
import { WorkerPeers } from '../apps/photos/worker-peers.ts'
import { bench, megabytes, type Report, seconds } from './lib/report.ts'

/** The peak in MB, for each picture that is judged; docs/apps/photos.md, "Work and memory". */
const TARGET = 150

/** 24 megapixels, as from today's cameras. */
const [WIDTH, HEIGHT] = [6000, 4000]

interface Case {
  name: string
  write: (image: Sharp) => Sharp
  orientation?: number
  filter?: Filter
  /** Kinds that are decoded as a whole are shown but not judged. */
  free?: boolean
}

const jpeg = (image: Sharp) => image.jpeg({ quality: 93, optimiseCoding: false })

const CASES: Case[] = [
  { name: 'JPEG', write: jpeg },
  { name: 'JPEG, turned', write: jpeg, orientation: 6 },
  { name: 'PNG', write: (image) => image.png({ compressionLevel: 1 }) },
  ...FILTERS.filter((filter) => filter !== 'invert').map((filter) => ({
    name: `JPEG, turned, ${filter}`,
    write: jpeg,
    orientation: 6,
    filter,
  })),
  { name: 'progressive JPEG', write: (image) => image.jpeg({ progressive: true }), free: true },
  { name: 'WebP', write: (image) => image.webp({ effort: 0 }), free: true },
  { name: 'AVIF', write: (image) => image.avif({ effort: 0 }), free: true },
]

interface Measured {
  name: string
  fileMegabytes: number
  peakMegabytes: number
  milliseconds: number
  judged: boolean
}

/** The most that a worker needs for a large photo, each in its own process, compiled as in its image. */
async function measure(): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'worker-memory-'))
  const root = process.cwd()
  try {
    await compile(join(root, 'apps/photos/worker'), join(folder, 'app'), { root, repository: root })
    const measured: Measured[] = []
    for (const one of CASES) measured.push(await measureCase(one, folder))
    return report(measured)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measureCase(
  { name, write, orientation = 1, filter = 'invert', free = false }: Case,
  folder: string,
): Promise<Measured> {
  const file = join(folder, 'original')
  await write(photo(WIDTH, HEIGHT, orientation)).toFile(file)
  const peers = new WorkerPeers()
  peers.jobs.push({ id: 1, filter, file })
  await peers.start()
  const began = Date.now()
  const worker = spawn(process.execPath, [join(folder, 'app/main.mjs'), peers.address], {
    env: { ...imageEnvironment(), PATH: process.env.PATH },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  try {
    const word = await firstWord(peers, worker, name)
    if (word.verb !== 'finish') throw new NanofleetError(`${name}: ${word.verb}, ${word.body.reason}`)
    return {
      name,
      fileMegabytes: statSync(file).size / 1e6,
      peakMegabytes: peak(worker),
      milliseconds: word.at - began,
      judged: !free,
    }
  } finally {
    worker.kill('SIGTERM')
    if (worker.exitCode === null) await once(worker, 'exit')
    peers.stop()
  }
}

/** The variables that the image gives the program. */
function imageEnvironment(): Record<string, string> {
  const { Env = {} } = JSON.parse(readFileSync('images/photos/worker/config.json', 'utf8'))
  const { PORT: _ours, ...others } = Env
  return others
}

async function firstWord(peers: WorkerPeers, worker: ChildProcess, name: string) {
  for (const end = Date.now() + 40_000; Date.now() < end; await pause(50)) {
    const [word] = peers.words
    if (word) return word
    if (worker.exitCode !== null) throw new NanofleetError(`${name}: the worker ended, ${worker.exitCode}`)
  }
  throw new NanofleetError(`${name}: no report from the worker within 40 s`)
}

/** The process's peak memory in MB (proc(5), VmHWM), including pages of its program files. */
function peak({ pid }: ChildProcess): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) / 1024
}

function report(measured: Measured[]): Report {
  const over = measured.filter(({ judged, peakMegabytes }) => judged && peakMegabytes > TARGET)
  const verdict =
    over.length === 0 ? 'within target' : `over target: ${over.map(({ name }) => name).join('; ')}`
  return {
    data: { measured, target: TARGET, withinTarget: over.length === 0 },
    text: [
      table([
        ['24 megapixels', 'file', 'peak memory', 'target', 'start to finish'],
        ...measured.map(({ name, fileMegabytes, peakMegabytes, milliseconds, judged }) => [
          name,
          megabytes(fileMegabytes),
          megabytes(peakMegabytes),
          judged ? megabytes(TARGET) : '',
          seconds(milliseconds),
        ]),
      ]),
      verdict,
    ].join('\n\n'),
    withinTarget: over.length === 0,
  }
}

await bench(measure)
