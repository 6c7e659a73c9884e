import { canonicalJson } from '../base/canonical.ts'
import { InvalidInput } from '../base/errors.ts'
import type { Manifest } from '../base/manifest-types.ts'
import type { ClusterChange, ClusterState, Right } from './admin.ts'
import { adminRights, isOfService, serviceRights } from './rights.ts'

/**
 * What a cluster lacks of what an app declares. Topics that left the manifest stay, with their records.
 * @param back on the way to an earlier release: what has grown since stays as it is
 * @throws {InvalidInput} with one sentence for each topic that Kafka cannot make so
 */
export function difference(
  { app, kafka, services }: Pick<Manifest, 'app' | 'kafka' | 'services'>,
  state: ClusterState,
  back: boolean,
): ClusterChange {
  const topics = Object.entries(kafka?.topics ?? {})
  const faults = topics.flatMap(([name, topic]) => {
    const place = `images/${app}/app.yml: kafka.topics.${name}`
    const has = state.topics[name]
    if (!has && topic.replication !== undefined && topic.replication > state.brokers)
      return [
        new InvalidInput(
          `${place}.replication`,
          `${topic.replication} copies need as many brokers, and ${running(state.brokers)}`,
          `ask for at most ${state.brokers}`,
        ),
      ]
    if (!has || back) return []
    if (topic.partitions < has.partitions)
      return [
        new InvalidInput(
          `${place}.partitions`,
          `the topic has ${has.partitions}, and Kafka takes no partition away`,
          `ask for at least ${has.partitions}, or use a topic of another name`,
        ),
      ]
    if (topic.replication !== undefined && topic.replication !== has.replication)
      return [
        new InvalidInput(
          `${place}.replication`,
          `the topic has ${has.replication} copies, and only a new topic takes another number`,
          `ask for ${has.replication}, or use a topic of another name`,
        ),
      ]
    return []
  })
  if (faults.length > 0) throw InvalidInput.all(faults)
  const standing = topics.filter(([name]) => state.topics[name])
  const wanted = [...adminRights(), ...serviceRights({ services })]
  return {
    allow: without(wanted, state.rights),
    create: Object.fromEntries(topics.filter(([name]) => !state.topics[name])),
    grow: Object.fromEntries(
      standing
        .filter(([name, { partitions }]) => partitions > (state.topics[name]?.partitions ?? 0))
        .map(([name, { partitions }]) => [name, partitions]),
    ),
    configure: Object.fromEntries(
      standing
        .filter(([, { config }]) => Object.keys(config).length > 0)
        .map(([name, { config }]) => [name, config]),
    ),
    forbid: without(state.rights, wanted).filter(({ principal }) => isOfService(principal)),
  }
}

const running = (brokers: number): string => (brokers === 1 ? 'one runs' : `${brokers} run`)

function without(rights: readonly Right[], others: readonly Right[]): Right[] {
  const known = new Set(others.map((each) => canonicalJson(each)))
  return rights.filter((each) => !known.has(canonicalJson(each)))
}
