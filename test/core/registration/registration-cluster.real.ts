import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type ConsulCluster, startConsul } from '../../live/consul.ts'
import { atRest } from '../../model/live/rest.ts'
import { playOn, type Run } from '../../model/live/run.ts'
import { describeFaults, describeSummary, faults, summarize } from '../../model/live/summary.ts'

const SEED = Number(process.env.NANOFLEET_CHAOS_SEED ?? 17)

/** Settings of the shipped servers (apps/platform/consul/config.go) that decide what DNS says. */
const SHIPPED = {
  dns_config: { udp_answer_limit: 100, enable_truncate: true, service_ttl: { '*': '0s' } },
  autopilot: { cleanup_dead_servers: true, server_stabilization_time: '3s' },
}
/**
 * At most this share of the time, or of the answers, may be left out because a process of the test stood
 * still.
 */
const EXCLUDED = 0.1
/** At most this share of the questions to living servers may stay without an answer. */
const UNANSWERED = 0.01

describe('registration on a real cluster while servers die', () => {
  let cluster: ConsulCluster
  let run: Run

  beforeAll(async () => {
    cluster = await startConsul(3, SHIPPED)
    run = await playOn(cluster, SEED)
  }, 120_000)
  afterAll(async () => {
    run?.stop()
    await cluster?.stop()
  }, 20_000)

  it('says in DNS what is true within a second, and during an election what Consul alone would', () => {
    const { verdict, elections, begin, counts, stalled, world, functions } = run
    const summary = summarize(verdict, elections)
    print([
      `again with NANOFLEET_CHAOS_SEED=${SEED}`,
      `${counts.happenings} happenings, ${counts.launches} launches, ${counts.departures} departures, ${counts.kills} servers killed, ${world.ledger.returned} orders to go that came again`,
      `${verdict.judged} answers judged, ${verdict.excluded} left out, ${verdict.unanswered} without an answer; stood still ${(stalled * 100).toFixed(1)} %`,
      ...describeSummary(summary, begin),
    ])
    expect(counts.kills).toBe(2)
    expect(stalled).toBeLessThan(EXCLUDED)
    expect(verdict.excluded).toBeLessThan(verdict.judged * EXCLUDED)
    expect(verdict.unanswered).toBeLessThan(verdict.judged * UNANSWERED)
    expect(functions.failures).toEqual([])
    const late = faults(summary)
    for (const { service, address } of late.slice(0, 10))
      print([`${service} ${world.ledger.story(service, address, begin)}`, world.story(address, begin)])
    expect(describeFaults(late, { diary: world.diary, begin })).toEqual([])
  })

  it('leaves one entry of each instance once the world is at rest', async () => {
    const { found, wanted } = await atRest(run, cluster, 20)
    expect(found).toEqual(wanted)
  }, 40_000)
})

const print = (lines: string[]): void => void process.stderr.write(`${lines.join('\n')}\n`)
