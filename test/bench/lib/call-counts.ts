import { call } from '../../../adapters/consul/lambda-calls.ts'
import { controlName } from '../../../core/base/names.ts'
import { until } from '../../../scripts/demo/wait.ts'
import { callCounts, recordCalls } from '../../live/calls.ts'
import type { RecordInstance } from './record-fleet.ts'
import type { RegistrationStage } from './registration-stage.ts'
import { switchRules } from './rules.ts'

/** What one call of one of our functions did. */
export interface Counted {
  what: string
  /** Calls to AWS by service. */
  calls: Record<string, number>
  writes: number
}

interface Report {
  registered: number
  removed: number
  maintained: number
}

/** The size of a batch. */
const BATCH = 10

/**
 * The calls made by a batch of ten and by a round, and what they write when nothing has changed; the
 * functions are warm.
 */
export async function countCalls(stage: RegistrationStage): Promise<Counted[]> {
  const { context, region, fleet } = stage
  await switchRules(region, context.stage, false)
  await recordCalls(region, true)
  try {
    const counted = async (what: string, name: string, payload: unknown): Promise<Counted> => {
      const since = Date.now()
      const answer = await call(context.lambda(), controlName(context.stage, name), payload)
      const report = (name === 'register' ? (answer as { report: Report }).report : answer) as Report | null
      const writes = (report?.registered ?? 0) + (report?.removed ?? 0) + (report?.maintained ?? 0)
      return { what, calls: await callCounts(region, since), writes }
    }
    const life = async (): Promise<Counted[]> => {
      const instances = await fleet.launch(BATCH, 'counted')
      await untilAll(stage, instances, 'running')
      const up = [
        await counted('batch: ten started', 'register', messages(instances, 'running')),
        await counted('the same batch again', 'register', messages(instances, 'running')),
        await counted('round: nothing changed', 'reconcile', {}),
      ]
      await fleet.terminate(instances)
      await untilAll(stage, instances, 'terminated')
      return [...up, await counted('batch: ten stopped', 'register', messages(instances, 'shutting-down'))]
    }
    await life()
    return await life()
  } finally {
    await recordCalls(region, false)
    await switchRules(region, context.stage, true)
  }
}

/** EC2's events as the queue delivers them. */
const messages = (instances: RecordInstance[], state: string) => ({
  Records: instances.map(({ id }) => ({
    messageId: id,
    body: JSON.stringify({
      'detail-type': 'EC2 Instance State-change Notification',
      source: 'aws.ec2',
      time: new Date().toISOString(),
      detail: { 'instance-id': id, state },
    }),
  })),
})

const untilAll = ({ fleet }: RegistrationStage, instances: RecordInstance[], state: string) =>
  until(`all instances ${state}`, 30, () => fleet.entered(instances, state).catch(() => undefined))
