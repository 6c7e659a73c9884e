import { setTimeout as pause } from 'node:timers/promises'
import type { Task } from '../lib/task.ts'
import type { Changes } from './master.ts'

/** Receives changes. */
export interface Listener {
  /** Tasks that changed, oldest change first; the same version may come twice. */
  changed(tasks: readonly Task[]): void
  /** Why changes cannot be read; an empty text once they can be read again. */
  trouble(sentence: string): void
  readonly closed: boolean
}

export type ReadChanges = (since: number, limit: number) => Promise<Changes>

/**
 * Each look reaches back this far, in milliseconds: the clocks of two `db` instances differ a little, and a
 * change may show up in DynamoDB's index a moment after a later one.
 */
const OVERLAP_MS = 2000
const PAGE = 200

/** What people read while `master` or something it needs is down. */
export const AWAY =
  'The services that hold the pictures are not answering right now. This page updates by itself when they are back.'

/** Looks for changes while somebody listens, once for all listeners. */
export class Feed {
  readonly #read: ReadChanges
  readonly #pauseMs: number
  readonly #listeners = new Set<Listener>()
  /** The versions sent within the overlap, by task. */
  readonly #told = new Map<number, { version: string; changedAt: number }>()
  #newest: number | undefined
  #looking = false
  #trouble = ''

  constructor(read: ReadChanges, pauseMs = 500) {
    this.#read = read
    this.#pauseMs = pauseMs
  }

  /**
   * Tells a listener what changed since a time in milliseconds, then every later change, until it is closed.
   */
  async join(listener: Listener, since: number): Promise<void> {
    const held: (readonly Task[])[] = []
    const waiting: Listener = {
      changed: (tasks) => held.push(tasks),
      trouble: (sentence) => listener.trouble(sentence),
      get closed() {
        return listener.closed
      },
    }
    // It listens before it catches up, so that no change is missed in between.
    this.#listeners.add(waiting)
    if (this.#trouble) listener.trouble(this.#trouble)
    const newest = await this.#catchUp(listener, since)
    for (const tasks of held) listener.changed(tasks)
    this.#listeners.delete(waiting)
    this.#listeners.add(listener)
    this.#newest ??= newest
    if (!this.#looking) await this.#look()
  }

  async #catchUp(listener: Listener, since: number): Promise<number> {
    let newest = since
    let troubled = false
    while (!listener.closed) {
      try {
        for await (const changes of pages(this.#read, newest - OVERLAP_MS)) {
          if (listener.closed) break
          listener.changed(changes.tasks)
          newest = Math.max(newest, changes.newest)
        }
        if (troubled) listener.trouble('')
        return newest
      } catch {
        troubled = true
        listener.trouble(AWAY)
        await pause(this.#pauseMs)
      }
    }
    return newest
  }

  async #look(): Promise<void> {
    this.#looking = true
    while (this.#hasListeners()) {
      try {
        for await (const changes of pages(this.#read, (this.#newest ?? 0) - OVERLAP_MS)) this.#tell(changes)
        this.#setTrouble('')
      } catch {
        this.#setTrouble(AWAY)
      }
      await pause(this.#pauseMs)
    }
    this.#looking = false
    this.#newest = undefined
    this.#told.clear()
  }

  #hasListeners(): boolean {
    for (const listener of this.#listeners) if (listener.closed) this.#listeners.delete(listener)
    return this.#listeners.size > 0
  }

  #tell({ tasks, newest }: Changes): void {
    this.#newest = Math.max(this.#newest ?? 0, newest)
    const fresh = tasks.filter((task) => this.#told.get(task.id)?.version !== versionOf(task))
    for (const task of fresh) {
      this.#told.set(task.id, { version: versionOf(task), changedAt: task.changedAt })
    }
    for (const [id, { changedAt }] of this.#told) {
      if (changedAt < this.#newest - 2 * OVERLAP_MS) this.#told.delete(id)
    }
    if (fresh.length > 0) for (const listener of this.#listeners) listener.changed(fresh)
  }

  #setTrouble(sentence: string): void {
    if (sentence === this.#trouble) return
    this.#trouble = sentence
    for (const listener of this.#listeners) listener.trouble(sentence)
  }
}

/** Pages of changes, up to the first one that is not full. */
async function* pages(read: ReadChanges, since: number): AsyncGenerator<Changes> {
  let from = Math.max(0, since)
  for (;;) {
    const changes = await read(from, PAGE)
    yield changes
    if (changes.tasks.length < PAGE || changes.newest <= from) return
    from = changes.newest
  }
}

const versionOf = (task: Task): string => `${task.changedAt} ${task.state} ${task.attempt ?? 0}`
