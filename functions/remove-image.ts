import * as z from 'zod'
import * as clients from '../adapters/aws/clients.ts'
import { readEvidence } from '../adapters/images/ami-evidence.ts'
import { deleteSnapshot, deregister, Protected } from '../adapters/images/image-removal.ts'
import { recheck } from '../core/images/ami-cleanup.ts'
import { CleanAmisInput } from '../core/images/inputs.ts'
import { removal } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { stage } from './lib/parts.ts'

/** Reads all evidence again and removes one image, then its snapshots, if nothing has come to need it. */
export const handler = lambda('remove-image', {
  input: z.strictObject({ item: removal, options: CleanAmisInput }),
  parts: () => ({ stage: stage(), sources: clients.evidence() }),
  work: async ({ stage, sources }, { item, options }) => {
    const { id, stays, snapshots } = recheck(item, await readEvidence(sources, stage, new Date()), options)
    if (stays) return { id, removed: false, snapshots: [], reason: stays }
    try {
      if (item.imageId) await deregister(sources.ec2, item.imageId)
      for (const snapshot of snapshots) await deleteSnapshot(sources.ec2, snapshot)
    } catch (error) {
      // One that nobody may remove holds up no other.
      if (!(error instanceof Protected)) throw error
      return { id, removed: false, snapshots: [], reason: error.message }
    }
    return { id, removed: true, snapshots }
  },
})
