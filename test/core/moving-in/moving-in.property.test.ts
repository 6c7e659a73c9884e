import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { InvalidInput } from '../../../core/base/errors.ts'
import { composeProjects } from './compose-projects.ts'
import { kubernetesProjects } from './kubernetes-projects.ts'
import { moved } from './moved.ts'

/** The faults that validate finds in what was made, a line each; undefined if nothing was made. */
function faults(files: Record<string, string>, from: string) {
  const made = orRefusal(() => moved(files, from))
  if (made instanceof InvalidInput) return undefined
  const read = orRefusal(() => made.read())
  return { made, lines: read instanceof InvalidInput ? read.message.split('\n') : [] }
}

function orRefusal<T>(work: () => T): T | InvalidInput {
  try {
    return work()
  } catch (error) {
    if (error instanceof InvalidInput) return error
    throw error
  }
}

/** More of them by hand: MOVING_IN_RUNS=2000 MOVING_IN_SEED=7. */
const RUNS = process.env.MOVING_IN_RUNS === undefined ? undefined : Number(process.env.MOVING_IN_RUNS)
const SEED = Number(process.env.MOVING_IN_SEED ?? 16)

describe.each([
  ['Compose', composeProjects, 'compose.yml'],
  ['Kubernetes', kubernetesProjects, 'k8s'],
])('what init makes of %s', (_kind, projects, from) => {
  it('is taken by validate, or a sentence names the service that is not', () => {
    fc.assert(
      fc.property(projects, (files) => {
        const found = faults(files, from)
        if (!found) return
        for (const line of found.lines) {
          const [, service = ''] = /^images\/[a-z0-9-]+\/([a-z0-9-]+)\/config\.json/.exec(line) ?? []
          expect({ line, files }).toMatchObject({ line: expect.stringMatching(/Program is missing/) })
          // Two objects with one name: the second one has a number here.
          const name = service.replace(/2$/, '')
          const object = new RegExp(
            `(services\\.|(Deployment|StatefulSet|ReplicaSet|ReplicationController) )${name}: program`,
          )
          expect(found.made.said).toContainEqual(expect.stringMatching(object))
        }
      }),
      { numRuns: RUNS ?? 60, seed: SEED },
    )
  })

  it('lies in the folder of the app, and is the same each time', () => {
    fc.assert(
      fc.property(projects, (files) => {
        const found = faults(files, from)
        if (!found) return
        const inside = new RegExp(`^images/${found.made.app}/[^/]+(/(?!\\.\\.?(/|$))[^/]+)*$`)
        for (const path of found.made.files.keys()) expect(path).toMatch(inside)
        expect(faults(files, from)?.made.files).toEqual(found.made.files)
      }),
      { numRuns: 15, seed: 17 },
    )
  })
})
