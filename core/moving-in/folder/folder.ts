import { InvalidInput } from '../../base/errors.ts'
import type { Sentences } from '../said.ts'
import { baseName, folderOf, inFolder, isBelow, type Tree } from '../tree.ts'
import { type Bases, emptyWorkload, type Source, type Workload } from '../workload.ts'
import { hintsOf, USUAL_PORT } from './hints.ts'
import { MARKERS, markerOf, sourcesImage } from './languages.ts'

/**
 * One service of a folder with sources, or one of each folder right below it.
 * @throws {InvalidInput} if neither has a file that says what it is
 */
export function folderSource(tree: Tree, folder: string, bases: Bases, said: Sentences): Source {
  const own = markerOf(tree, folder)
  if (own !== undefined) return { workloads: [workloadOf(tree, folder, own, bases, said)] }
  const inside = tree.paths.filter((path) => isBelow(folder, path)).map(folderOf)
  const below = [...new Set(inside)].filter((each) => each !== folder && folderOf(each) === folder)
  const found = below.flatMap((each) => {
    const marker = markerOf(tree, each)
    return marker === undefined ? [] : [workloadOf(tree, each, marker, bases, said)]
  })
  if (found.length > 0) return { workloads: found }
  const known = `a Compose file, manifests of Kubernetes, ${MARKERS.join(', ')}`
  throw new InvalidInput(folder, 'holds nothing that an app can be made of', `it needs one of: ${known}`)
}

/** The service of a Dockerfile, called like its folder. */
export function dockerfileSource(path: string): Source {
  const folder = folderOf(path)
  const workload = emptyWorkload(folder === '.' ? 'web' : baseName(folder), path)
  workload.build = { folder, dockerfile: path, args: new Map() }
  workload.ways.push({ path: '/', place: path })
  return { workloads: [workload] }
}

function workloadOf(tree: Tree, folder: string, marker: string, bases: Bases, said: Sentences): Workload {
  const place = inFolder(folder, marker)
  if (marker === 'Dockerfile') return dockerfileSource(place).workloads[0] as Workload
  const workload = emptyWorkload(folder === '.' ? 'web' : baseName(folder), place)
  const made = sourcesImage(tree, folder, place, bases, said)
  const { port, toldByPort, probe } = hintsOf(tree, folder)
  if (port === undefined)
    said.todo(
      place,
      `nothing says where it listens; ${USUAL_PORT} is assumed, and PORT says so to the program`,
      'correct port in app.yml and consul.json, or remove it for a worker',
    )
  else said.inferred(place, toldByPort ? `it listens where PORT says: ${port}` : `it listens on ${port}`)
  if (toldByPort || port === undefined) workload.env.set('PORT', String(port ?? USUAL_PORT))
  workload.ways.push({ path: '/', place })
  workload.made = {
    ...made,
    ports: [port ?? USUAL_PORT],
    ...(probe && { probe }),
  }
  return workload
}
