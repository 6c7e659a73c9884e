import { groupActivities } from '../../adapters/aws/group-activities.ts'
import type { Context } from '../context.ts'
import { openAddresses } from './open-addresses.ts'
import { whyNoPage } from './page.ts'
import type { Inquiries } from './service-status.ts'

const DAY_MS = 24 * 3_600_000

/** Asks Auto Scaling why a group launches nothing, pages whether they answer, the region for open ports. */
export function inquiries(context: Context): Inquiries {
  let open: Promise<Map<string, string[]>> | undefined
  return {
    refusal: (group) => lastRefusal(context, group),
    page: (url) => whyNoPage(url),
    open: () => {
      open ??= openAddresses(context.local)
      return open
    },
  }
}

async function lastRefusal(context: Context, group: string): Promise<string | undefined> {
  const since = new Date(Date.now() - DAY_MS)
  const { activities } = await groupActivities(context.autoScaling(), group, since)
  const launches = activities.filter(({ kind }) => kind === 'launched' || kind === 'failed')
  const last = launches.at(-1)
  return last?.kind === 'failed' ? last.reason : undefined
}
