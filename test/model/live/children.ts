import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { AnswererOrder } from './answerers-main.ts'
import type { SamplerOrder } from './sampler-main.ts'
import type { Sighting } from './samples.ts'

/** A program in this folder as a process, once it is ready; it ends with this one. */
async function begin(file: string): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, file), { serialization: 'advanced', execArgv: [] })
  await once(child, 'message')
  return child
}

/** The programs on the instances. */
export class Answerers {
  readonly #child: ChildProcess

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  static async start(): Promise<Answerers> {
    return new Answerers(await begin('answerers-main.ts'))
  }

  answer(addresses: string[]): void {
    this.#child.send({ addresses } satisfies AnswererOrder)
  }

  stop(): void {
    this.#child.kill('SIGKILL')
  }
}

/** Queries the servers' DNS all the time. */
export class Sampler {
  readonly #child: ChildProcess

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  static async start(): Promise<Sampler> {
    return new Sampler(await begin('sampler-main.ts'))
  }

  ask(servers: string[], services: string[], certificate: string): void {
    this.#child.send({ servers, services, certificate } satisfies SamplerOrder)
  }

  /** Stops it; resolves to what it has seen. */
  async end(): Promise<Sighting> {
    const told = once(this.#child, 'message') as Promise<[Sighting]>
    this.#child.send('end' satisfies SamplerOrder)
    const [sighting] = await told
    return sighting
  }

  stop(): void {
    this.#child.kill('SIGKILL')
  }
}
