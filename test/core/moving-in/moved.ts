import { InvalidInput } from '../../../core/base/errors.ts'
import { moveIn } from '../../../core/moving-in/convert.ts'
import { type Said, sentence } from '../../../core/moving-in/said.ts'
import { treeOf } from '../../../core/moving-in/tree.ts'
import { readApp } from '../../../core/template/app-folder.ts'
import { refuseClashes } from '../../../core/template/clashes.ts'
import { portDisagreements } from '../../../core/template/port-agreement.ts'

export const NOBODY = { ports: new Set<number>(), routes: new Set<string>(), consulNames: new Set<string>() }

/** An app made of files, as its manifest and files read, and what was said. */
export function moved(files: Record<string, string>, from: string, options: { app?: string } = {}) {
  const made = moveIn({
    tree: treeOf(files),
    from,
    rootName: 'shop',
    neighbours: NOBODY,
    bases: (language) => `registry.example/${language}:1`,
    ...options,
  })
  const prefix = `images/${made.app}/`
  const texts = new Map([...made.files].map(([path, text]) => [path.slice(prefix.length), text]))
  const file = (path: string) => texts.get(path) ?? ''
  return {
    ...made,
    texts,
    file,
    /** What validate makes of it; throws what it refuses. */
    read: () => {
      const pieces = readApp(made.app, texts)
      const [wrong] = portDisagreements(pieces)
      if (wrong) throw new InvalidInput(wrong.place, wrong.problem, wrong.remedy)
      refuseClashes([pieces])
      return pieces
    },
    manifest: file('app.yml'),
    config: (service: string): Record<string, unknown> => JSON.parse(file(`${service}/config.json`)),
    checks: (service: string): unknown[] => JSON.parse(file(`${service}/consul.json`)).service.checks,
    said: made.said.map(spoken),
  }
}

const spoken = (said: Said): string => `${said.kind} ${sentence(said)}`
