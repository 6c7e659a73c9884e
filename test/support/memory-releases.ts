import { LockHeld, NotFound } from '../../core/base/errors.ts'
import type { LockTable } from '../../core/deploy/lock.ts'
import {
  KEPT_RELEASES,
  type Release,
  type ReleaseBook,
  type ScaleOverride,
} from '../../core/deploy/releases.ts'

interface Page {
  current: number | undefined
  releases: Map<number, Release>
  overrides: Map<string, ScaleOverride>
}

/** The release book in memory; like the real one it checks the lock before it writes. */
export class MemoryReleaseBook implements ReleaseBook {
  readonly #locks: Pick<LockTable, 'read'>
  readonly #pages = new Map<string, Page>()

  constructor(locks: Pick<LockTable, 'read'>) {
    this.#locks = locks
  }

  async current(app: string): Promise<Release | undefined> {
    const number = this.#pages.get(app)?.current
    return number === undefined ? undefined : await this.release(app, number)
  }

  async release(app: string, number: number): Promise<Release> {
    const release = this.#pages.get(app)?.releases.get(number)
    if (!release)
      throw new NotFound(`${app}: release ${number} is not kept; choose one of the last ${KEPT_RELEASES}`)
    return structuredClone(release)
  }

  async kept(app: string): Promise<Release[]> {
    const releases = [...(this.#pages.get(app)?.releases.values() ?? [])]
    return structuredClone(releases.sort((a, b) => a.release - b.release))
  }

  async record(app: string, release: Release, owner: string): Promise<void> {
    const page = await this.#pageOf(app, owner)
    page.releases.set(release.release, structuredClone(release))
    page.current = release.release
    const numbers = [...page.releases.keys()].sort((a, b) => a - b)
    for (const old of numbers.slice(0, -KEPT_RELEASES)) page.releases.delete(old)
  }

  async overrides(app: string): Promise<Record<string, ScaleOverride>> {
    return structuredClone(Object.fromEntries(this.#pages.get(app)?.overrides ?? []))
  }

  async override(app: string, service: string, scale: ScaleOverride, owner: string): Promise<void> {
    const page = await this.#pageOf(app, owner)
    page.overrides.set(service, { ...scale })
  }

  async forget(app: string): Promise<void> {
    this.#pages.delete(app)
  }

  async deployedApps(): Promise<string[]> {
    return [...this.#pages].flatMap(([app, { current }]) => (current === undefined ? [] : [app])).sort()
  }

  /** @throws {LockHeld} when `owner` does not hold the app's lock */
  async #pageOf(app: string, owner: string): Promise<Page> {
    if ((await this.#locks.read(app))?.owner !== owner)
      throw new LockHeld(`${app}: the lock has gone to another execution; look at it before you start again`)
    const page = this.#pages.get(app) ?? { current: undefined, releases: new Map(), overrides: new Map() }
    this.#pages.set(app, page)
    return page
  }
}
