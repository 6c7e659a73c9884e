import { InvalidInput } from '../../core/base/errors.ts'
import { type AppPieces, readApp } from '../../core/template/app-folder.ts'
import { clashes } from '../../core/template/clashes.ts'
import { portDisagreements } from '../../core/template/port-agreement.ts'
import type { AppFiles } from './app-files.ts'
import { withHclAsJson } from './hcl-definitions.ts'

/** An app's folder, read and checked by itself. */
export interface ReadApp {
  pieces: AppPieces
  /** The files of the folder, relative to it. */
  paths: string[]
}

/** Apps as they were read, and what is wrong: an app's fault is its own. */
export interface ReadApps {
  read: ReadApp[]
  /** What is wrong with the apps that were asked for, clashes with other apps included. */
  faults: InvalidInput[]
  /** What is wrong with other apps, which are only looked at for clashes. */
  warnings: string[]
}

/** Reads apps of a checkout; the others there are read for what a stage has only once. */
export async function readApps(
  files: AppFiles,
  wanted: readonly string[],
  others: readonly string[],
): Promise<ReadApps> {
  const faults: InvalidInput[] = []
  const warnings: string[] = []
  const neighbours = await readEach(files, others, (app, { message }) =>
    warnings.push(`images/${app} is wrong, so nobody can tell whether it clashes: ${message.split('\n')[0]}`),
  )
  const read = await readEach(files, wanted, (_app, fault) => faults.push(fault))
  const pieces = (some: readonly ReadApp[]) => some.map((each) => each.pieces)
  faults.push(...clashes(pieces(read), pieces(neighbours)), ...pieces(read).flatMap(disagreements))
  return { read, faults, warnings }
}

/** A sentence for each port that differs from what another file says. */
const disagreements = (pieces: AppPieces): InvalidInput[] =>
  portDisagreements(pieces).map(({ place, problem, remedy }) => new InvalidInput(place, problem, remedy))

async function readEach(
  files: AppFiles,
  apps: readonly string[],
  wrong: (app: string, fault: InvalidInput) => void,
): Promise<ReadApp[]> {
  const read = apps.map(async (app) => {
    const folder = `images/${app}`
    try {
      const texts = await withHclAsJson((await files.read([folder])).below(folder), folder)
      return [{ pieces: readApp(app, texts, files.defaults(app)), paths: [...texts.keys()] }]
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error
      wrong(app, error)
      return []
    }
  })
  return (await Promise.all(read)).flat()
}
