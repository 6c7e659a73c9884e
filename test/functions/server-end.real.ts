import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from '@jest/globals'
import type { ConsulServer } from '../../core/base/catalog.ts'
import { NameWatch } from '../live/name-watch.ts'
import { onServerStage, stage } from './server-stage.ts'

/** A machine's power button is SIGTERM: nobody announced it, as a lifecycle action would have. */
describe('the end of a Consul server', () => {
  onServerStage()

  it.each([
    ['a follower', false],
    ['the leader', true],
  ])(
    'keeps names answered when %s is told to end without a notice: what it holds moves first',
    async (who, leads) => {
      const { leader } = await stage.firstView()
      const victim = stage.platform.servers.find(
        ({ instanceId, address }) =>
          leader?.startsWith(`${address}:`) === leads && stage.ownedBy({ instanceId, address }).length > 0,
      )
      if (!victim) throw new Error(`no ${who} has entries`)
      const others = stage.platform.servers.filter((each) => each !== victim)
      const theirs = stage.ownedBy(victim)
      const watch = new NameWatch(
        'web',
        others.map(({ address }) => address),
        stage.instances.map(({ address }) => address),
      )
      await sleep(200)
      const words: unknown[] = []
      stage.platform.onInvoke = (_name, said) => {
        words.push(said)
        return stage.round(said)
      }
      const told = Date.now()
      const ended = stage.platform.ended(victim)
      stage.platform.signal(victim, 'SIGTERM')
      const code = await ended
      const took = Date.now() - told
      await sleep(2000)
      await watch.stop()
      console.info(
        `${who} was told to end: gone after ${took} ms with ${code}, ${theirs.length} of ${stage.instances.length}` +
          ` instances stood there, ${watch.lacking} of ${watch.samples} answers lacked one`,
      )
      const left = await stage.ledView(others[0] as ConsulServer)
      stage.platform.onInvoke = () => {}
      stage.platform.run(victim)
      await stage.untilWhole(60)
      expect(words[0]).toEqual({ leaving: [victim.instanceId] })
      expect(code).toBe(0)
      expect(left.voters.sort()).toEqual(others.map(({ address }) => address).sort())
      // An instance moves in two steps, between which a server may answer with the others.
      expect([watch.empty, watch.lacking < watch.samples / 50]).toEqual([0, true])
    },
    120_000,
  )
})
