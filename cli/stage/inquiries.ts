import { groupActivities } from '../../adapters/aws/group-activities.ts'
import type { Context } from '../context.ts'
import { whyNoPage } from './page.ts'
import type { Inquiries } from './service-status.ts'

const DAY_MS = 24 * 3_600_000

/** Asks Auto Scaling why a group launches nothing, and pages whether they answer. */
export const inquiries = (context: Context): Inquiries => ({
  refusal: async (group) => {
    const since = new Date(Date.now() - DAY_MS)
    const launches = (await groupActivities(context.autoScaling(), group, since)).filter(
      ({ kind }) => kind === 'launched' || kind === 'failed',
    )
    const last = launches.at(-1)
    return last?.kind === 'failed' ? last.reason : undefined
  },
  page: (url) => whyNoPage(url),
})
