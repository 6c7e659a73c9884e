import middy from '@middy/core'
import * as clients from '../adapters/aws/clients.ts'
import { readStage } from '../adapters/config.ts'
import { readEvidence } from '../adapters/images/ami-evidence.ts'
import { deleteSnapshot, deregister } from '../adapters/images/image-removal.ts'
import { type Removal, recheck } from '../core/images/ami-cleanup.ts'
import type { CleanAmisInput } from '../core/images/inputs.ts'
import { journal } from './journal.ts'
import { once } from './once.ts'

interface Removed {
  id: string
  removed: boolean
  snapshots: string[]
  reason?: string
}

const parts = once(() => ({ stage: readStage(), sources: clients.evidence() }))

/** Looks at all evidence again and removes one image, then its snapshots, if nothing came to need it meanwhile. */
export const handler = middy(async (event: { item: Removal; options: CleanAmisInput }): Promise<Removed> => {
  const { item, options } = event
  const { stage, sources } = parts()
  const { id, stays, snapshots } = recheck(item, await readEvidence(sources, stage, new Date()), options)
  if (stays) return { id, removed: false, snapshots: [], reason: stays }
  if (item.imageId) await deregister(sources.ec2, item.imageId)
  for (const snapshot of snapshots) await deleteSnapshot(sources.ec2, snapshot)
  return { id, removed: true, snapshots }
}).use(journal('removal', (removed: Removed) => removed))
