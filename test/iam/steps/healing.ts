import { AutoScalingHealing } from '../../../adapters/aws/healing-groups.ts'
import { DynamoHealingRecord } from '../../../adapters/aws/healing-record.ts'
import { consulDoor } from '../../../adapters/consul/lambda-calls.ts'
import type { CatalogEntry, ConsulServer } from '../../../core/base/catalog.ts'
import { ServiceFailure } from '../../../core/base/errors.ts'
import { serviceStack } from '../../../core/base/names.ts'
import type { Healing } from '../../../core/healing/heal.ts'
import { META } from '../../../core/registration/registration-meta.ts'
import { until } from '../../../scripts/demo/wait.ts'
import { consulServers } from '../../live/names.ts'
import { untilWhole } from '../../live/web.ts'
import { needs, type Step } from '../step.ts'
import { type IamWorld, PROBE } from '../world.ts'

const anHourAgo = (): string => new Date(Date.now() - 3_600_000).toISOString()
const doorOf = ({ context }: IamWorld) => consulDoor(context.lambda(), context.stage)

/** An entry of web and the server whose agent holds it. */
async function entryOfWeb(world: IamWorld): Promise<{ entry: CatalogEntry; server: ConsulServer }> {
  const door = doorOf(world)
  for (const server of await consulServers(world.context)) {
    const { entries } = await door.listing(server)
    const entry = entries.find(({ service }) => service === 'web')
    if (entry) return { entry, server }
  }
  throw new ServiceFailure('no Consul server has an entry of web')
}

/** What an earlier step replaced has drained: a group replaces one at a time. */
async function untilCalm({ context }: IamWorld): Promise<void> {
  const group = serviceStack(context.stage, 'web', 'web')
  const groups = new AutoScalingHealing(context.autoScaling())
  await until('a group in which nothing moves', 30, async () =>
    (await groups.look([group])).get(group)?.moving === 0 ? true : undefined,
  )
}

/** Gives an instance of web a check that fails, and the record of rounds that have seen it for an hour. */
async function makeSick(world: IamWorld): Promise<void> {
  await untilWhole(world.context, 2, 60)
  await untilCalm(world)
  const { entry, server } = await entryOfWeb(world)
  const { id, service, address, port, tags, meta } = entry
  const registration = {
    ID: id,
    Name: service,
    Address: address,
    Port: port,
    Tags: tags,
    Meta: { ...meta, [META.registered]: anHourAgo() },
    Checks: [{ CheckID: `${id}:${PROBE}`, Name: PROBE, TTL: '1h', Status: 'critical' }],
  }
  await doorOf(world).register(server, { registration })
  const store = new DynamoHealingRecord(world.context.documents(), world.context.table)
  const version = ((await store.load())?.version ?? 0) + 1
  const sick = { [entry.instanceId]: { since: anHourAgo() } }
  await store.save({ version, at: new Date().toISOString(), sick, groups: {} })
}

/** Removes the sick entry; a round brings back the instance with its own check, if it is still there. */
async function makeWell(world: IamWorld): Promise<void> {
  const door = doorOf(world)
  for (const server of await consulServers(world.context)) {
    const { entries } = await door.listing(server)
    for (const { id, service, status } of entries)
      if (service === 'web' && status === 'critical') await door.deregister(server, { id })
  }
  await world.invoke('reconcile', {})
  await untilWhole(world.context, 2, 60)
}

/** Steps of the function that gives sick instances back to their groups. */
export const healingSteps: Step[] = [
  {
    role: 'ReconcileRole',
    does: 'reconcile: an instance of web that has failed its check for an hour',
    covers: needs('autoscaling:DescribeAutoScalingGroups', 'autoscaling:SetInstanceHealth'),
    prepare: makeSick,
    run: async (world) => {
      const { sick, problems } = (await world.invoke('reconcile', {})) as Healing
      if (problems.length > 0 || sick[0]?.verdict !== 'replace')
        throw new ServiceFailure(JSON.stringify({ sick, problems }))
    },
    tidy: makeWell,
  },
]
