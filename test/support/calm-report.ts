import type { Report } from '../../core/registration/round.ts'

/** The report of a round that found nothing to do. */
export const CALM: Report = {
  instances: 5,
  servers: 3,
  leader: '10.77.0.20:8300',
  registered: 0,
  removed: 0,
  maintained: 0,
  returned: 0,
  held: 0,
  waiting: [],
  drift: 0,
  failed: [],
  problems: [],
}
