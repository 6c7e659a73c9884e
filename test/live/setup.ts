import { lanes } from '../../scripts/lib/lanes.mjs'
import { liveStage } from './stage.ts'

/** Makes the stage of a lane that needs one, before its first file: tests have less patience. */
export default async function startLiveRegion(): Promise<void> {
  const lane = lanes[Number(process.env.NANOFLEET_TEST_LANE ?? 0) - 1]
  if (lane?.stage) await liveStage()
}
