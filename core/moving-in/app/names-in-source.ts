import { sourceFiles } from '../folder/hints.ts'
import type { Sentences } from '../said.ts'
import type { Tree } from '../tree.ts'
import type { AddressBook, Known } from './addresses.ts'
import type { Edge } from './needs.ts'
import type { Planned } from './planned.ts'

/** A place where the text of a program names a host. */
interface Named {
  /** What is written before it: `http:` for a URL. */
  scheme?: string
  port?: number
}

/**
 * The services that a program names in its own text, as `host: 'redis'` does. They are found by that name
 * here too, and needs have to say so; what is found differently has to be changed in the text.
 */
export function namesInSource(service: Planned, book: AddressBook, tree: Tree, said: Sentences): Edge[] {
  const { image, workload, name } = service
  if (image.source === undefined) return []
  const edges: Edge[] = []
  for (const path of sourceFiles(tree, image.source).filter((each) => CODE.test(each))) {
    const text = tree.text(path) ?? ''
    for (const [host, known] of book.names) {
      if (known.services.includes(name)) continue
      const found = named(text, host)
      if (!found) continue
      const place = `${workload.place}: ${path}`
      if (known.gone) {
        said.todo(place, `names ${host}, which is not part of the app`, 'let it ask what takes its place')
        continue
      }
      for (const to of known.services) edges.push({ from: name, to, place })
      say(place, { name, host, known, found }, said)
    }
  }
  return edges
}

const CODE = /\.([cm]?[jt]s|go|py|java|properties)$/

function say(
  place: string,
  { name, host, known, found }: { name: string; host: string; known: Known; found: Named },
  said: Sentences,
): void {
  const port = found.port ?? (found.scheme === 'http' ? 80 : found.scheme === 'https' ? 443 : undefined)
  const here = port === undefined ? undefined : (known.ports.get(port) ?? found.port)
  const names = [...known.services].join(', ')
  if (known.consul === host && here === found.port)
    return void said.inferred(place, `${name} needs ${names}, as it names ${host}`)
  const address = `${known.consul}${here === undefined ? '' : `:${here}`}`
  said.todo(
    place,
    `names ${host}${found.port === undefined ? '' : `:${found.port}`}, which is found as ${address} here`,
    'let the program take the address from a variable, and give it in env in app.yml',
  )
}

/** A host in a URL, before a port, or as the value of what is called like one. */
function named(text: string, host: string): Named | undefined {
  const own = host.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const url = new RegExp(
    `\\b([a-z][a-z0-9+.-]*)://(?:[^\\s/@"'\`]*@)?${own}(?::(\\d{2,5}))?(?=["'\`/?\\s,]|$)`,
  )
  const pair = new RegExp(`["'\`]${own}:(\\d{2,5})["'\`/]`)
  const value = new RegExp(
    `\\w*(?:host|addr|address|server|endpoint|url|broker)s?(?:name)?["'\`]?[\\])]*\\s*(?:,|:=|[:=]|\\|\\||\\?\\?)\\s*["'\`]${own}["'\`]`,
    'i',
  )
  const inUrl = url.exec(text)
  if (inUrl) return { ...(inUrl[1] && { scheme: inUrl[1] }), ...(inUrl[2] && { port: Number(inUrl[2]) }) }
  const paired = pair.exec(text)
  if (paired) return { port: Number(paired[1]) }
  return value.test(text) ? {} : undefined
}
