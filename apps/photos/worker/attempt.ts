import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Refusal } from '../../lib/refusal.ts'
import { PREVIEW } from './formats.ts'
import type { Lease, Master, Names } from './master.ts'
import { patiently } from './patience.ts'
import { PictureFault } from './picture-fault.ts'
import { makePictures, type Pictures, tooSlow } from './pictures.ts'
import type { Storage } from './storage.ts'

export interface Services {
  master: Master
  storage: Storage
  log: (line: string) => void
}

export interface Limits {
  /** Aborted shortly before the lease ends. */
  lease: AbortSignal
  /** Aborted when the process is about to end. */
  end: AbortSignal
  secondsLeft: () => number
}

/**
 * One attempt at a task: downloads its picture, filters it, uploads the result and tells the master. If the
 * picture is to blame, the task fails; otherwise it is released. Leaves no file behind.
 * @returns false when something other than the picture went wrong
 */
export async function attempt(around: Services, lease: Lease, limits: Limits): Promise<boolean> {
  const { master, log } = around
  const folder = await mkdtemp(join(tmpdir(), 'photo-'))
  const work = new Work(around, lease, limits, folder)
  log(`Working on task ${lease.id}`)
  try {
    await work.run()
    log('done')
    return true
  } catch (error) {
    if (error instanceof Refusal && error.status === 409) {
      log(`Task ${lease.id} is no longer held by attempt ${lease.attempt}: ${error.message}`)
      return true
    }
    const fault = work.fault(error)
    log(`Task ${lease.id}: ${fault ?? `released: ${error instanceof Error ? error.message : error}`}`)
    await (fault === undefined ? master.release(lease) : master.fail(lease, fault)).catch((lost: unknown) =>
      log(`Task ${lease.id}: the master was not told: ${lost instanceof Error ? lost.message : lost}`),
    )
    return fault !== undefined
  } finally {
    if (!limits.end.aborted) await work.rest()
    await rm(folder, { recursive: true, force: true })
  }
}

class Work {
  readonly #around: Services
  readonly #lease: Lease
  readonly #limits: Limits
  readonly #signal: AbortSignal
  readonly #folder: string
  #making: Promise<Pictures> | undefined
  #isMaking = false

  constructor(around: Services, lease: Lease, limits: Limits, folder: string) {
    this.#around = around
    this.#lease = lease
    this.#limits = limits
    this.#signal = AbortSignal.any([limits.lease, limits.end])
    this.#folder = folder
  }

  async run(): Promise<void> {
    const { master, storage, log } = this.#around
    const { id, filter, original } = this.#lease
    const file = join(this.#folder, 'original')
    await patiently(this.#signal, () => storage.download(id, original, file, this.#signal))
    log(`processing ${original} of task ${id}: ${filter}`)
    const names = await this.#upload(await this.#make(file))
    await patiently(this.#signal, () => master.finish(this.#lease, names, this.#signal))
  }

  /** Why the task fails; undefined when the picture is not to blame. */
  fault(error: unknown): string | undefined {
    if (error instanceof PictureFault) return error.message
    if (error instanceof Refusal && error.status === 404) return 'The picture is not stored.'
    const isSlow = this.#isMaking && this.#limits.lease.aborted && !this.#limits.end.aborted
    return isSlow ? tooSlow(error).message : undefined
  }

  /** libvips stops a little late; until then it may still write files. */
  async rest(): Promise<void> {
    await this.#making?.catch(() => undefined)
  }

  async #make(original: string): Promise<Pictures> {
    const { filter } = this.#lease
    const { secondsLeft } = this.#limits
    this.#isMaking = true
    this.#making = makePictures({ original, filter, folder: this.#folder, secondsLeft })
    const pictures = await Promise.race([this.#making, whenAborted(this.#signal)])
    this.#isMaking = false
    return pictures
  }

  async #upload({ result, before, after, format }: Pictures): Promise<Names> {
    const number = this.#lease.attempt
    const names = {
      result: `result-${number}.${format.extension}`,
      before: `before-${number}.${PREVIEW.extension}`,
      after: `after-${number}.${PREVIEW.extension}`,
    }
    await this.#put(names.result, result, format.type)
    await this.#put(names.before, before, PREVIEW.type)
    await this.#put(names.after, after, PREVIEW.type)
    return names
  }

  #put(name: string, file: string, type: string): Promise<void> {
    const { storage } = this.#around
    return patiently(this.#signal, () => storage.upload(this.#lease.id, name, file, type, this.#signal))
  }
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
