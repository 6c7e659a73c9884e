import type { Manifest, ServiceSpec } from '../base/manifest-types.ts'
import { checkPorts } from '../definition/check-ports.ts'
import { imageFolder } from '../manifest/upstream.ts'
import type { AppPieces } from './app-folder.ts'

/** What an app's files say of a service's ports. */
type Pieces = Pick<AppPieces, 'manifest' | 'services' | 'definitions' | 'places'>

/** A problem of one service: where, what, and what to do. */
export interface Disagreement {
  place: string
  problem: string
  remedy: string
}

/**
 * Where manifest, definition, check and program name different ports: such a service never becomes healthy,
 * or nobody reaches it.
 */
export function portDisagreements(pieces: Pieces): Disagreement[] {
  return Object.entries(pieces.manifest.services).flatMap(([name, { port }]) => [
    ...(port === undefined ? [] : toldOtherwise(pieces, name, port)),
    ...(port === undefined ? [] : discoveredElsewhere(pieces, name, port)),
    ...unknownToManifest(pieces, name),
    ...unopened(pieces, name, port),
  ])
}

/** The variable by which nearly every program is told its port. */
const VARIABLE = 'PORT'

function toldOtherwise({ manifest, services }: Pieces, name: string, port: number): Disagreement[] {
  const late = manifest.services[name]?.env[VARIABLE]
  const early = environmentOf(services[name]?.config)[VARIABLE]
  const told = typeof late === 'string' ? late : late === undefined ? early : undefined
  if (typeof told !== 'string' || !/^\d+$/.test(told) || Number(told) === port) return []
  const file =
    late === undefined
      ? `images/${manifest.app}/${imageFolder(manifest, name)}/config.json: Env`
      : `${at(manifest, name)}.env`
  return [
    {
      place: `${file}.${VARIABLE}`,
      problem: `tells the program to listen on ${told}, and services.${name}.port says ${port}`,
      remedy: 'write the same in both',
    },
  ]
}

/** Others learn the port from Consul, and may only reach the one in the manifest. */
function discoveredElsewhere(pieces: Pieces, name: string, port: number): Disagreement[] {
  const found = pieces.definitions[name] ?? []
  const ports = found.flatMap(({ Port }) => (Port ? [Port] : []))
  if (ports.length === 0 || ports.includes(port)) return []
  return [
    {
      place: placeOf(pieces, name),
      problem: `says port ${ports.join(', ')}, and ${at(pieces.manifest, name)}.port says ${port}`,
      remedy: 'write the same in both',
    },
  ]
}

/** With further ports in the manifest, a definition that names none of them leads to a closed port. */
function unknownToManifest(pieces: Pieces, name: string): Disagreement[] {
  const { port, ports } = pieces.manifest.services[name] as ServiceSpec
  if (!ports) return []
  const known = [...(port === undefined ? [] : [port]), ...Object.values(ports)]
  return (pieces.definitions[name] ?? []).flatMap(({ Name, Port }, index) => {
    if (!Port || known.includes(Port)) return []
    return [
      {
        place: pieces.places[name]?.[index] ?? placeOf(pieces, name),
        problem: `${Name} has port ${Port}, and ${at(pieces.manifest, name)} has ${known.join(', ')}`,
        remedy: 'write the same in both',
      },
    ]
  })
}

/** A port that is checked must be said to be open somewhere. */
function unopened(pieces: Pieces, name: string, port: number | undefined): Disagreement[] {
  const definitions = pieces.definitions[name] ?? []
  const further = Object.values(pieces.manifest.services[name]?.ports ?? {})
  const open = new Set([port, ...further, ...definitions.map(({ Port }) => Port), ...mentioned(pieces, name)])
  const closed = checkPorts(definitions).filter((checked) => !open.has(checked.port))
  return closed.map((checked) => ({
    place: placeOf(pieces, name),
    problem: `a check asks port ${checked.port}, and nothing says that the program opens it`,
    remedy:
      port === undefined
        ? `name it in ${at(pieces.manifest, name)}.port, or in Env or Args of its config.json`
        : `ask ${port}, or name ${checked.port} in Env or Args of its config.json`,
  }))
}

/** Every number in what the program is started with: `--health-port=9000`, `0.0.0.0:9000`. */
function mentioned({ manifest, services }: Pieces, name: string): number[] {
  const config = services[name]?.config
  const given = [
    ...[Object(config).Args ?? []].flat(),
    ...Object.values(environmentOf(config)),
    ...Object.values(manifest.services[name]?.env ?? {}),
  ]
  return given.flatMap((one) => [...String(one).matchAll(/\d+/g)].map(([digits]) => Number(digits)))
}

const environmentOf = (config: unknown): Record<string, unknown> => Object(Object(config).Env)

const at = ({ app }: Manifest, name: string): string => `images/${app}/app.yml: services.${name}`

const placeOf = ({ manifest, places }: Pieces, name: string): string =>
  places[name]?.[0] ?? `images/${manifest.app}/${name}/consul.json`
