import type { Manifest, ServiceSpec, TopicSpec } from '../base/manifest-types.ts'
import { PLATFORM } from '../base/names.ts'
import type { RawManifest, StoredManifest } from './schema.ts'

/** Defaults that depend on a name; absent keys stay absent, so that equal manifests have equal JSON. */
export function complete({
  app,
  requires,
  resources,
  source,
  upstream,
  kafka,
  services,
}: RawManifest): Manifest {
  return {
    app,
    requires: requires ?? (app === PLATFORM ? [] : [PLATFORM]),
    ...(resources !== undefined && { resources }),
    ...(source === 'upstream' && upstream && { upstream }),
    ...(kafka && { kafka: { ...kafka, topics: completeTopics(kafka.topics) } }),
    services: Object.fromEntries(
      Object.entries(services).map(([name, raw]) => [name, completeService(name, raw)]),
    ),
  }
}

const completeTopics = (topics: NonNullable<RawManifest['kafka']>['topics']): Record<string, TopicSpec> =>
  Object.fromEntries(
    Object.entries(topics).map(([name, { partitions, replication, config }]) => [
      name,
      { partitions, ...(replication !== undefined && { replication }), config },
    ]),
  )

/** A stored manifest lacks only defaults newer than it; it has `upstream` only where that is the source. */
export const completeStored = (stored: StoredManifest): Manifest =>
  complete({ ...stored, source: 'upstream' })

function completeService(name: string, raw: RawManifest['services'][string]): ServiceSpec {
  const { source, ignore, port, ports, cpus, expose, replaceAfter, jobs, schedule, kafka, ...rest } = raw
  return {
    ...rest,
    ...(source !== undefined && { source: source.replace(/\/+$/, '') }),
    ...(ignore !== undefined && { ignore }),
    ...(port !== undefined && { port }),
    ...(ports !== undefined && { ports }),
    ...(cpus !== undefined && { cpus }),
    ...(replaceAfter !== undefined && { replaceAfter }),
    ...(jobs !== undefined && { jobs }),
    ...(schedule !== undefined && { schedule }),
    ...(kafka && { kafka }),
    ...(expose && { expose: { ...expose, host: expose.host ?? name } }),
  }
}
