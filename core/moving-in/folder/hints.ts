import { isBelow, type Tree } from '../tree.ts'
import type { Probe } from '../workload.ts'

/** What the text of a program gives away of where it listens and how it says that it is well. */
export interface Hints {
  port?: number
  /** It listens where the variable PORT says. */
  toldByPort: boolean
  probe?: Probe
}

const READS_PORT =
  /process\.env\.PORT\b|process\.env\[["']PORT["']\]|Getenv\(["']PORT["']\)|environ(\.get)?[[(]["']PORT["']|getenv\(["']PORT["']\)|Bun\.env\.PORT|\$\{PORT[:}]/
/** Variables that say where a program itself listens, and not where it calls. */
const OWN = '(?:\\w*SERVER|HTTP|APP|API|WEB|LISTEN|FLASK_RUN)_PORT'
const LISTENS = new RegExp(
  [
    /\.listen\(\s*(\d{2,5})\b/.source,
    /ListenAndServe\(\s*["'][^"':]*:(\d{2,5})["']/.source,
    /\bport\s*[=:]\s*["']?(\d{4,5})\b/.source,
    /server\.port\s*[=:]\s*(\d{2,5})/.source,
    // Where such a variable is not set.
    `env(?:iron\\.get)?\\(\\s*["']${OWN}["']\\s*,\\s*["']?(\\d{4,5})`,
    `process\\.env\\.${OWN}\\s*(?:\\|\\||\\?\\?)\\s*["']?(\\d{4,5})`,
  ].join('|'),
  'i',
)
const HEALTH =
  /["'`](\/(?:_?healthz?|health\/?live|healthcheck|livez|readyz?|actuator\/health|status|ping))["'`]/

/** The port that a program gets which asks for one. */
export const USUAL_PORT = 8080

/** The hints of a folder of sources. */
export const hintsOf = (tree: Tree, folder: string): Hints =>
  hints(sourceFiles(tree, folder).flatMap((path) => tree.text(path) ?? []))

function hints(texts: readonly string[]): Hints {
  const all = texts.join('\n')
  const toldByPort = READS_PORT.test(all)
  const listened = LISTENS.exec(all)?.slice(1).find(Boolean)
  const path = HEALTH.exec(all)?.[1]
  const port = toldByPort ? USUAL_PORT : listened === undefined ? undefined : Number(listened)
  return {
    toldByPort,
    ...(port !== undefined && port <= 65535 && { port }),
    ...(path !== undefined && { probe: { kind: 'http', path } }),
  }
}

/** Files right in the folder and one level below: there a program says where it listens and whom it calls. */
export function sourceFiles(tree: Tree, folder: string): string[] {
  return tree.paths
    .filter((path) => isBelow(folder, path) && isNear(folder === '.' ? path : path.slice(folder.length + 1)))
    .filter((path) => /\.(m?[jt]s|go|py|java|properties|ya?ml)$/.test(path) && !/[._]test\./.test(path))
    .slice(0, 50)
}

/** Maven's folders are deep. */
const isNear = (path: string): boolean =>
  (path.split('/').length <= 2 && !/^(images|buildspecs)\//.test(path)) || /^src\/main\//.test(path)
