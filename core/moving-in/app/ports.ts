import type { Sentences } from '../said.ts'
import type { ContainerPort, MadeImage, Probe, Workload } from '../workload.ts'

/** Below this, ports are the system's. */
const LOWEST = 1024

export interface ChosenPort {
  port?: number
  moved: Map<number, number>
  protocol: 'http' | 'grpc' | 'tcp'
  /** What the program has to be told, if it listens where PORT says. */
  env: Map<string, string>
}

/** The one port of a service: what people or checks ask, else the first that the container opens. */
export function choosePort(workload: Workload, image: MadeImage, said: Sentences): ChosenPort {
  const { place, env } = workload
  const told = env.get('PORT') ?? image.env.get('PORT')
  const candidates: ContainerPort[] = [...workload.ports]
  if (candidates.length === 0) candidates.push(...image.ports.map((port) => ({ port })))
  if (candidates.length === 0 && told !== undefined && isPort(Number(told)))
    candidates.push({ port: Number(told) })
  const probe = workload.probe ?? image.probe
  const valid = candidates.filter(({ port }) => isPort(port))
  // A port need not be declared to be open: a check that asks it says enough.
  if (valid.length === 0 && probe?.port !== undefined && isPort(probe.port)) valid.push({ port: probe.port })
  const first = (port: number | undefined) => valid.find((each) => each.port === port)
  const chosen = first(probe?.port) ?? first(told === undefined ? undefined : Number(told)) ?? valid[0]
  const moved = new Map<number, number>()
  const protocol = image.protocol ?? spoken(chosen, probe)
  if (!chosen) return { moved, protocol, env: new Map() }
  const others = [...new Set(valid.map(({ port }) => port))].filter((port) => port !== chosen.port)
  if (others.length > 0)
    said.left(
      `${place}: ports`,
      `a service has one port, ${chosen.port}, and no ${others.join(', ')}`,
      'make what listens there a service of its own, or serve it on the one port',
    )
  if (chosen.port >= LOWEST)
    return { port: chosen.port, moved, protocol, env: agreeing(told, chosen.port, place, said) }
  const port = chosen.port + 8000
  moved.set(chosen.port, port)
  const what = `port ${chosen.port} becomes ${port}, as unikernels leave those below ${LOWEST} to the system`
  if (told === String(chosen.port)) {
    said.inferred(`${place}: ports`, `${what}; PORT says so to the program`)
    return { port, moved, protocol, env: new Map([['PORT', String(port)]]) }
  }
  said.todo(`${place}: ports`, what, `let the program listen on ${port}`)
  return { port, moved, protocol, env: agreeing(told, port, place, said) }
}

/** PORT has to name the port of the service, or it never becomes healthy. */
function agreeing(
  told: string | undefined,
  port: number,
  place: string,
  said: Sentences,
): Map<string, string> {
  if (told === undefined || !/^\d+$/.test(told) || Number(told) === port) return new Map()
  said.inferred(`${place}: env PORT`, `said ${told}, and says ${port} now, which is the port of the service`)
  return new Map([['PORT', String(port)]])
}

const isPort = (port: number): boolean => Number.isInteger(port) && port >= 1 && port <= 65535

function spoken(port: ContainerPort | undefined, probe: Probe | undefined): ChosenPort['protocol'] {
  if (port?.protocol) return port.protocol
  if (probe?.kind === 'grpc' || port?.port === 50051) return 'grpc'
  return 'http'
}
