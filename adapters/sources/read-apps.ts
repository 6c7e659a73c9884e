import { InvalidInput } from '../../core/base/errors.ts'
import { type AppPieces, readApp } from '../../core/template/app-folder.ts'
import { clashes } from '../../core/template/clashes.ts'
import { readRepository } from './repository-files.ts'
import type { TrackedFiles } from './tracked-files.ts'

/** Apps as they were read, and what is wrong: an app's fault is its own. */
export interface ReadApps {
  pieces: AppPieces[]
  /** What is wrong with the apps that were asked for, clashes with other apps included. */
  faults: InvalidInput[]
  /** What is wrong with other apps, which are only looked at for clashes. */
  warnings: string[]
}

/** Reads apps of a checkout; the others there are read for what a stage has only once. */
export async function readApps(
  root: string,
  git: TrackedFiles | undefined,
  wanted: readonly string[],
  others: readonly string[],
): Promise<ReadApps> {
  const faults: InvalidInput[] = []
  const warnings: string[] = []
  const neighbours = await readEach(root, git, others, (app, { message }) =>
    warnings.push(`images/${app} is wrong, so nobody can tell whether it clashes: ${message.split('\n')[0]}`),
  )
  const pieces = await readEach(root, git, wanted, (_app, fault) => faults.push(fault))
  const old = new Set(clashes(neighbours).map(({ message }) => message))
  warnings.push(...old)
  // Those that were asked for come last, so that a clash is told of their files.
  faults.push(...clashes([...neighbours, ...pieces]).filter(({ message }) => !old.has(message)))
  return { pieces, faults, warnings }
}

async function readEach(
  root: string,
  git: TrackedFiles | undefined,
  apps: readonly string[],
  wrong: (app: string, fault: InvalidInput) => void,
): Promise<AppPieces[]> {
  const read = apps.map(async (app) => {
    const folder = `images/${app}`
    try {
      return [readApp(app, (await readRepository(root, [folder], git)).below(folder))]
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error
      wrong(app, error)
      return []
    }
  })
  return (await Promise.all(read)).flat()
}
