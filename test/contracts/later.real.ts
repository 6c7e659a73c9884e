import { SqsLater } from '../../adapters/aws/later-queue.ts'
import { liveStage } from '../live/stage.ts'
import { laterContract } from './later.ts'
import { ownQueue } from './own-queue.ts'

laterContract('in SQS', async () => {
  const { url, arrivals, stop } = await ownQueue(await liveStage(), 'later')
  return {
    later: new SqsLater((await liveStage()).sqs(), url),
    arrivals: async (seconds) => {
      const until = Date.now() + seconds * 1000
      const bodies: string[] = []
      while (Date.now() < until) bodies.push(...(await arrivals(1)))
      return bodies
    },
    stop,
  }
})
