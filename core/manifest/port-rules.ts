import type { ServiceSpec } from '../base/manifest-types.ts'
import type { Problem } from '../base/schema-problems.ts'

/** Ports of a service that two of its names have. */
export function portProblems(name: string, { port, ports = {} }: ServiceSpec): Problem[] {
  const taken = new Map(port === undefined ? [] : [[port, 'port']])
  return Object.entries(ports).flatMap(([each, number]) => {
    const other = taken.get(number)
    taken.set(number, `ports.${each}`)
    const path = ['services', name, 'ports', each]
    return other === undefined
      ? []
      : [{ path, problem: `${number} is ${other} already`, remedy: 'choose another' }]
  })
}
