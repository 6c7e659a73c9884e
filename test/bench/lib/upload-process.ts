import { readFileSync } from 'node:fs'
import { awsFrom } from '../../../buildspecs/aws.mjs'
import { makeSnapshot, type Upload } from '../../../buildspecs/snapshot.mjs'

/** How an upload went: its time, and the most memory that its process took. */
export interface UploadDone {
  snapshotId: string
  sent: number
  kept: number
  seconds: number
  /** Bytes, of the whole process. */
  memory: number
}

// This process uploads one disk image, as a build does: its argument is the upload, its message how it went.
const [asked = '{}'] = process.argv.slice(2)
const aws = awsFrom([process.cwd()])
const upload: Upload = JSON.parse(asked)
const since = performance.now()
const { snapshotId, sent, kept } = await makeSnapshot(aws, upload)
const seconds = (performance.now() - since) / 1000
// resourceUsage() would begin with what the parent has.
const memory = 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1])
process.send?.({ snapshotId, sent, kept, seconds, memory } satisfies UploadDone)
