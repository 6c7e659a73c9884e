import { setTimeout as sleep } from 'node:timers/promises'
import { ProbingConsul } from '../../../adapters/consul/first-answer.ts'
import { ask } from '../../../adapters/consul/probes.ts'
import { ConsulRequests } from '../../../adapters/consul/requests.ts'
import { FirstAnswer } from '../../../core/registration/first-answer.ts'
import type { ConsulCluster } from '../../live/consul.ts'
import { fixedAccess } from '../../live/consul-api.ts'
import { seeded } from '../../support/seeded.ts'
import { launch } from '../changes.ts'
import { parameter } from '../definitions.ts'
import { BARE, Bare } from './bare.ts'
import { Answerers, Sampler } from './children.ts'
import { definition, SERVICES } from './claims.ts'
import { now } from './clock.ts'
import { elections, untilWritten } from './elections.ts'
import { Functions } from './functions.ts'
import { judge, type Verdict } from './judge.ts'
import { LiveWorld } from './live-world.ts'
import { planOf } from './plan.ts'
import { Player } from './player.ts'
import { type Span, Stalls } from './samples.ts'
import { Servers } from './servers.ts'

/** The result of a run; the world and its cluster keep running. */
export interface Run {
  world: LiveWorld
  functions: Functions
  counts: Player['counts']
  verdict: Verdict
  elections: Span[]
  /** The share of the time in which one of the test's processes stood still. */
  stalled: number
  begin: number
  /** Ends everything that the run has started. */
  stop(): void
}

/** Plays the plan of a seed on the cluster, while DNS is watched all the time. */
export async function playOn(cluster: ConsulCluster, seed: number): Promise<Run> {
  const network = (cluster.servers[0]?.address ?? '').split('.').slice(0, 2).join('.')
  const [answerers, sampler] = await Promise.all([Answerers.start(), Sampler.start()])
  const stop = (): void => {
    answerers.stop()
    sampler.stop()
  }
  const first = new FirstAnswer(ask, { now: () => performance.now(), pause: sleep })
  const catalog = new ProbingConsul(first, new ConsulRequests(fixedAccess(cluster.access)))
  const world = new LiveWorld(network, answerers, seeded(seed + 1))
  const functions = new Functions(world, catalog)
  const bare = new Bare(network, cluster.management, () => servers.living)
  const sample = (living = cluster.servers): void => {
    for (const server of cluster.servers) if (!living.includes(server)) bare.lose(server)
    sampler.ask(
      living.map(({ address }) => address),
      [...SERVICES, BARE],
      cluster.management.certificate,
    )
  }
  const servers = new Servers(world, functions, cluster, sample)
  const player = new Player(world, functions, servers)
  try {
    const working = world.events.run((bodies) => functions.register(bodies))
    await populate(world, cluster)
    const stalls = new Stalls(now)
    const begin = now()
    sample()
    const churning = bare.run()
    await player.play(planOf(seed))
    await sleep(2500)
    bare.end()
    await churning
    const seen = await sampler.end()
    stalls.stop()
    const end = now()
    while (!world.events.empty) await sleep(20)
    world.events.end()
    await working
    await functions.idle()
    const standstill = [...stalls.spans, ...seen.stalls.filter(({ from }) => from > begin)]
    const marks = world.ledger.marks().set(BARE, bare.marks)
    const verdict = judge({ samples: seen.samples, marks, alive: servers.alive, stalls: standstill })
    return {
      ...{ world, functions, verdict, begin, stop },
      counts: player.counts,
      elections: untilWritten(
        elections(seen.leaders, (server, at) => servers.alive(server, at, at)),
        seen.samples.filter(({ service }) => service === BARE),
      ),
      stalled: standstill.reduce((sum, { from, to }) => sum + to - from, 0) / (end - begin),
    }
  } catch (error) {
    stop()
    throw error
  }
}

/** Some instances of each service, before anybody looks. */
async function populate(world: LiveWorld, cluster: ConsulCluster): Promise<void> {
  for (const server of cluster.servers) world.adopt(server)
  for (const service of [0, 1, 2]) world.define(parameter(service), definition(service, 'same'))
  for (const service of [0, 1, 2])
    await launch(world, { do: 'launch', service, count: 4, tagged: true, event: 'at once' })
  world.changed()
  await sleep(1500)
}
