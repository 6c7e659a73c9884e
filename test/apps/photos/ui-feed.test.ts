import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, it } from '@jest/globals'
import type { State, Task } from '../../../apps/photos/lib/task.ts'
import { Feed, type Listener } from '../../../apps/photos/ui/feed.ts'

const PAUSE_MS = 5

/** A listener that keeps what it hears. */
class Ear implements Listener {
  closed = false
  readonly heard: string[] = []
  readonly troubles: string[] = []

  changed(tasks: readonly Task[]): void {
    for (const { id, state } of tasks) this.heard.push(`${id}:${state}`)
  }

  trouble(sentence: string): void {
    this.troubles.push(sentence)
  }
}

class Table {
  readonly tasks = new Map<number, Task>()
  reads = 0
  broken = false

  set(id: number, state: State, changedAt: number): void {
    this.tasks.set(id, { id, state, filter: 'invert', createdAt: 0, changedAt })
  }

  readonly read = async (since: number, limit: number) => {
    this.reads += 1
    if (this.broken) throw new Error('away')
    const changed = [...this.tasks.values()].filter(({ changedAt }) => changedAt > since)
    const tasks = changed.sort((a, b) => a.changedAt - b.changedAt).slice(0, limit)
    return { tasks, newest: tasks.at(-1)?.changedAt ?? since }
  }
}

async function until(happened: () => boolean): Promise<void> {
  const deadline = Date.now() + 4000
  while (!happened()) {
    if (Date.now() > deadline) throw new Error('it did not happen within 4 s')
    await pause(PAUSE_MS)
  }
}

describe('the feed of changes', () => {
  const opened: Ear[] = []
  const listen = (feed: Feed, since = 0): Ear => {
    const ear = new Ear()
    opened.push(ear)
    feed.join(ear, since).catch((error: unknown) => ear.troubles.push(String(error)))
    return ear
  }
  const closeAll = () => {
    for (const ear of opened.splice(0)) ear.closed = true
  }
  afterEach(closeAll)

  it('reports what changed since the requested time, then each change once', async () => {
    const table = new Table()
    table.set(1, 0, 10_000)
    const ear = listen(new Feed(table.read, PAUSE_MS), 9000)
    await until(() => ear.heard.includes('1:0'))
    table.set(1, 1, 10_500)
    await until(() => ear.heard.includes('1:1'))
    await pause(10 * PAUSE_MS)
    expect(ear.heard.filter((one) => one === '1:1')).toHaveLength(1)
  })

  it('continues where another instance stopped, and reads all pages', async () => {
    const table = new Table()
    for (let id = 1; id <= 450; id += 1) table.set(id, 0, 100_000 + id * 100)
    const ear = listen(new Feed(table.read, PAUSE_MS), 120_000)
    await until(() => ear.heard.includes('450:0'))
    expect(ear.heard).not.toContain('100:0')
    expect(ear.heard).toContain('201:0')
  })

  it('reports a change that became visible after a later one', async () => {
    const table = new Table()
    table.set(1, 0, 10_000)
    const ear = listen(new Feed(table.read, PAUSE_MS), 9000)
    await until(() => ear.heard.includes('1:0'))
    table.set(2, 0, 9_500)
    await until(() => ear.heard.includes('2:0'))
  })

  it('looks once for all listeners, and not at all while nobody listens', async () => {
    const table = new Table()
    const feed = new Feed(table.read, 50)
    await pause(20)
    expect(table.reads).toBe(0)
    const ears = Array.from({ length: 20 }, () => listen(feed))
    await pause(20)
    const joined = table.reads
    await pause(220)
    expect(table.reads - joined).toBeLessThanOrEqual(6)
    table.set(1, 0, 10_000)
    await until(() => ears.every((ear) => ear.heard.includes('1:0')))
    closeAll()
    await pause(150)
    const ended = table.reads
    await pause(150)
    expect(table.reads).toBe(ended)
  })

  it('says when changes cannot be read, and continues when they can', async () => {
    const table = new Table()
    table.broken = true
    const ear = listen(new Feed(table.read, PAUSE_MS))
    await until(() => ear.troubles.length > 0)
    expect(ear.troubles[0]).toContain('are not answering')
    table.broken = false
    table.set(1, 0, 10_000)
    await until(() => ear.heard.includes('1:0') && ear.troubles.at(-1) === '')
  })
})
