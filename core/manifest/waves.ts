import type { Manifest } from '../base/manifest-types.ts'
import { readNeed } from '../base/needed.ts'

type Needs = Pick<Manifest, 'services'> | { services: Record<string, { needs: string[] }> }

/**
 * The order in which services start: each wave needs only earlier ones. Names are sorted within a wave;
 * teardown runs in reverse. The manifest has no cycle (`parseManifest` refuses one).
 */
export function waves(manifest: Needs): string[][] {
  const waiting = new Map(
    Object.entries(manifest.services).map(([name, { needs }]) => [
      name,
      needs.map((need) => readNeed(need).service),
    ]),
  )
  const order: string[][] = []
  while (waiting.size > 0) {
    const wave = [...waiting]
      .filter(([, needs]) => !needs.some((need) => waiting.has(need)))
      .map(([name]) => name)
    if (wave.length === 0) throw new RangeError(`needs form a cycle among ${[...waiting.keys()].join(', ')}`)
    for (const name of wave) waiting.delete(name)
    order.push(wave.sort())
  }
  return order
}
