import { InvalidInput } from '../base/errors.ts'
import type { Path, YamlDocument } from '../base/yaml-document.ts'

/** `./app.yml:7: services.web.port` for a path in a document. */
export type Locate = (path: Path) => string

export const locate =
  (document: YamlDocument, place: string): Locate =>
  (path) =>
    `${place}:${document.line(path)}${path.length > 0 ? `: ${path.join('.')}` : ''}`

/**
 * The same error about a spec: rules for the files of a checkout name `images/<app>/app.yml` and a path in
 * it, which is the path in the spec, too.
 */
export function relocated(error: InvalidInput, app: string, at: Locate): InvalidInput {
  const moved = error.problems.map((problem) => {
    const path = pathIn(problem.place, app)
    if (path === undefined) return problem
    const said = problem.message.slice(problem.place.length + 2).replaceAll(`images/${app}/app.yml: `, '')
    return new InvalidInput(at(path), said, undefined, { cause: problem })
  })
  return InvalidInput.all(moved)
}

function pathIn(place: string, app: string): string[] | undefined {
  const folder = `images/${app}/`
  if (!place.startsWith(folder)) return undefined
  const [file = '', path] = place.slice(folder.length).split(': ')
  if (file === 'app.yml') return path === undefined ? [] : path.split('.')
  const [, service] = /^([^/]+)\/(?:upstream\/)?config\.json/.exec(file) ?? []
  return service === undefined ? undefined : ['services', service, 'image']
}
