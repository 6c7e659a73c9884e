import type { Context } from '../../../cli/context.ts'
import { readRecord } from '../../../local/record.ts'
import { type LocalInstance, runningInstances } from '../../../scripts/demo/local-instances.ts'
import { until } from '../../../scripts/demo/wait.ts'
import { untilAppIsWhole } from '../../live/apps.ts'
import { clusterView } from '../../live/names.ts'
import { regionOf } from '../../live/stage.ts'
import type { Fault } from './explained.ts'

/** What is done to the fleet, and how often of 20 times. */
const KINDS = [
  { kind: 'kill an instance', share: 12 },
  { kind: 'hang an instance', share: 3 },
  { kind: 'kill a Consul server', share: 3 },
  { kind: 'kill the gateway', share: 2 },
] as const

type Kind = (typeof KINDS)[number]['kind']

/** Seconds until everything is whole again; a hang is replaced after one to two minutes, or later. */
const PATIENCE_SECONDS = 300

/** One fault of a kind that chance chooses, to its end: when everything is whole again. */
export async function inflict(context: Context, state: string, random: () => number): Promise<Fault> {
  const kind = choose(random)
  const victim = kind === 'kill the gateway' ? await gateway(state) : await instance(context, kind, random)
  const from = Date.now()
  process.kill(victim.pid, kind === 'hang an instance' ? 'SIGSTOP' : 'SIGKILL')
  // A look right after the fault still shows the state before.
  await until(`${victim.name} noticed`, PATIENCE_SECONDS, async () =>
    (await isGone(context, state, victim)) ? true : undefined,
  )
  await untilAppIsWhole(context, 'boutique', PATIENCE_SECONDS)
  await until('three Consul servers with a leader', PATIENCE_SECONDS, async () => {
    const { leader, nodes } = await clusterView(context)
    return leader !== null && nodes.filter(({ alive }) => alive).length === 3 ? true : undefined
  })
  return { what: `${kind}: ${victim.name}`, from, to: Date.now() }
}

interface Victim {
  name: string
  pid: number
  instanceId?: string
}

function choose(random: () => number): Kind {
  let left = random() * 20
  for (const { kind, share } of KINDS) {
    left -= share
    if (left < 0) return kind
  }
  return 'kill an instance'
}

async function gateway(state: string): Promise<Victim> {
  const pid = (await readRecord(state))?.pids.gateway?.pid
  if (!pid) throw new Error('the gateway does not run')
  return { name: 'gateway', pid }
}

async function instance(context: Context, kind: Kind, random: () => number): Promise<Victim> {
  const app = kind === 'kill a Consul server' ? 'platform' : 'boutique'
  const all = (await runningInstances(regionOf(context))).filter(
    ({ tags, pid }) => tags['nanofleet:app'] === app && pid !== null,
  ) as (LocalInstance & { pid: number })[]
  const services = [...new Set(all.map(({ tags }) => tags['nanofleet:service'] as string))].sort()
  const service = services[Math.floor(random() * services.length)]
  const own = all.filter(({ tags }) => tags['nanofleet:service'] === service)
  const victim = own[Math.floor(random() * own.length)]
  if (!victim || !service) throw new Error(`${app} has no instance`)
  return { name: service, pid: victim.pid, instanceId: victim.instanceId }
}

/** The gateway has another process, or the instance is no longer there. */
async function isGone(context: Context, state: string, { pid, instanceId }: Victim): Promise<boolean> {
  if (instanceId === undefined) {
    const now = (await readRecord(state))?.pids.gateway?.pid
    return now !== undefined && now !== pid
  }
  return !(await runningInstances(regionOf(context))).some((one) => one.instanceId === instanceId)
}
