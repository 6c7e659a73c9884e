import type { LocalRecord } from '../../local/record.ts'
import { askPrivately } from '../../local/root-key.ts'

/** What the local region tells of an instance's process. */
interface Process {
  instanceId: string
  beyondLoopback?: string[]
}

/**
 * By instance id: where programs of the local region listen although other machines may reach them there.
 * @param local absent for a stage on AWS, where an instance's addresses are its own
 */
export async function openAddresses(local: LocalRecord | undefined): Promise<Map<string, string[]>> {
  if (!local) return new Map()
  const answer = await askPrivately(local, 'instances')
  const all = (await answer.json()) as Process[]
  const open = all.map(({ instanceId, beyondLoopback = [] }) => [instanceId, beyondLoopback] as const)
  return new Map(open.filter(([, places]) => places.length > 0))
}
