import { resolve } from 'node:path'
import { InvalidInput } from '../../core/base/errors.ts'
import {
  type AppChange,
  type AppState,
  type ChangedService,
  changedServices,
} from '../../core/deploy/changed-services.ts'
import { REPOSITORY_FILE } from '../../core/manifest/repository.ts'
import { AppFiles, OWN } from './app-files.ts'
import { checkApps } from './app-sources.ts'
import { commitOf, type NamedCommit, withCommit } from './git-commit.ts'
import { entryDigest } from './source-archive.ts'

/** What a person asks for. */
export interface ChangeQuestion {
  /** The repository's folder. */
  root: string
  since: string
  /** Absent for the working tree. */
  to?: string | undefined
  /** All apps when absent. */
  apps?: readonly string[] | undefined
}

export interface ChangeAnswer {
  since: NamedCommit
  /** Null for the working tree. */
  to: NamedCommit | null
  services: ChangedService[]
  /** Services that are no more. */
  removed: { app: string; service: string }[]
  /** What kept an app from being compared, a sentence each. */
  notes: string[]
}

/**
 * The services whose hash differs between a commit and the working tree, or between two commits. Both are
 * judged with the Nanofleet that runs, so a new version of it changes nothing here.
 * @throws {InvalidInput} for a commit or an app that is not there, and for faults of the later state
 */
export async function changedApps(question: ChangeQuestion): Promise<ChangeAnswer> {
  const { root, apps } = question
  const since = await commitOf(root, question.since)
  const to = question.to === undefined ? null : await commitOf(root, question.to)
  const isOwn = resolve(root) === OWN
  const own = (folder: string) => (isOwn ? folder : OWN)
  const read = (folder: string) => laterStates(folder, apps, own(folder))
  const after = await (to ? withCommit(root, to, read) : read(root))
  const before = await withCommit(root, since, (folder) => earlierStates(folder, apps, own(folder)))
  const changes = [...after.values()].map((state): [string, AppChange] => {
    const { app } = state.bundle.manifest
    return [app, changedServices(before.states.get(app), state)]
  })
  const gone = [...before.states].flatMap(([app, { bundle }]) =>
    after.has(app) ? [] : Object.keys(bundle.services).map((service) => ({ app, service })),
  )
  return {
    since,
    to,
    services: changes.flatMap(([, { changed }]) => changed),
    removed: [
      ...changes.flatMap(([app, { removed }]) => removed.map((service) => ({ app, service }))),
      ...gone,
    ],
    notes: before.notes.map((problem) => `in ${since.ref}, ${problem}`),
  }
}

/** @throws {InvalidInput} with all that is wrong: what a push would refuse has no hash */
async function laterStates(
  root: string,
  apps: readonly string[] | undefined,
  own: string,
): Promise<Map<string, AppState>> {
  const files = await AppFiles.of(root, own)
  const checked = await checkApps(root, apps, {}, own)
  if (checked.faults.length > 0) throw InvalidInput.all(checked.faults)
  return statesOf(files, checked.loaded)
}

/** An app that could not be read then counts as one that was not there: what heals it releases it whole. */
async function earlierStates(
  root: string,
  apps: readonly string[] | undefined,
  own: string,
): Promise<{ states: Map<string, AppState>; notes: string[] }> {
  const states = new Map<string, AppState>()
  const notes: string[] = []
  try {
    const files = await AppFiles.of(root, own)
    const present = (await files.apps()).filter((app) => apps?.includes(app) ?? true)
    for (const app of present) {
      const { loaded, faults } = await checkApps(root, [app], {}, own)
      for (const [name, state] of await statesOf(files, loaded)) states.set(name, state)
      if (loaded.length === 0) notes.push(...faults.slice(0, 1).map((fault) => wrong(fault, app)))
    }
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error
    notes.push(wrong(error))
  }
  return { states, notes }
}

const wrong = ({ message }: InvalidInput, app?: string): string =>
  `${message.split('\n')[0]}; so all services ${app === undefined ? '' : `of ${app} `}count as new`

async function statesOf(
  files: AppFiles,
  loaded: Awaited<ReturnType<typeof checkApps>>['loaded'],
): Promise<Map<string, AppState>> {
  const states = loaded.map(async ({ bundle, archives }): Promise<[string, AppState]> => {
    const { app } = bundle.manifest
    const said = await files.read([`images/${app}`, REPOSITORY_FILE])
    const images = Object.keys(bundle.services).map((name, index): [string, Map<string, string>] => [
      name,
      archives[index]?.files() ?? new Map(),
    ])
    const digests = [...said.texts.keys()].map((path): [string, string] => [
      path,
      entryDigest(said.entry(path)),
    ])
    return [app, { bundle, images: new Map(images), files: new Map(digests) }]
  })
  return new Map(await Promise.all(states))
}
