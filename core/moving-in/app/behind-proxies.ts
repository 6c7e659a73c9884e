import type { Sentences } from '../said.ts'
import { isBelow, type Tree } from '../tree.ts'
import type { Workload } from '../workload.ts'
import type { Planned } from './planned.ts'

/** Where a proxy of the usual kinds says whom it asks. */
const ASKED = /(?:proxy_pass|grpc_pass|server|reverse_proxy|to)\s+(?:https?:\/\/)?([A-Za-z][\w.-]*)/g

/**
 * What people reached through a proxy is exposed itself: the services that its configuration names, else
 * those that it depends on, else the only one that there is.
 */
export function exposeBehind(
  proxies: readonly Workload[],
  services: readonly Planned[],
  tree: Tree,
  said: Sentences,
): void {
  for (const proxy of proxies.filter((each) => each.proxy && each.ways.length > 0)) {
    const [way] = proxy.ways
    const reached = behind(proxy, services, tree).filter(({ workload }) => workload.ways.length === 0)
    for (const { name, workload } of reached) {
      workload.ways.push({
        path: '/',
        place: workload.place,
        ...(reached.length === 1 && way?.host && { host: way.host }),
      })
      said.inferred(proxy.place, `${name} is exposed itself, as ${proxy.name} leads to it`)
    }
  }
}

function behind(proxy: Workload, services: readonly Planned[], tree: Tree): Planned[] {
  const serving = services.filter(({ port, protocol }) => port !== undefined && protocol === 'http')
  const called = (names: readonly string[]) =>
    serving.filter(({ workload }) =>
      [workload.name, ...workload.names.map((each) => each.name)].some((name) => names.includes(name)),
    )
  const texts = [...configurations(proxy, tree)].flatMap((text) => [...text.matchAll(ASKED)])
  const asked = called(texts.map(([, host = '']) => host))
  const needed = asked.length > 0 ? asked : called(proxy.needs)
  return needed.length > 0 || serving.length > 1 ? needed : serving
}

/** Files that are mounted into it, or that its image is made of. */
function* configurations({ files, mounts, build }: Workload, tree: Tree): Generator<string> {
  yield* files.values()
  const folders = [
    ...mounts.map(({ from }) => from),
    ...(build && build.folder !== '.' ? [build.folder] : []),
  ]
  for (const path of tree.paths.filter((each) => folders.some((folder) => isBelow(folder, each))))
    if (/(\.conf|\.template|Caddyfile|\.cfg|(^|\/)conf)$/.test(path)) yield tree.text(path) ?? ''
}
