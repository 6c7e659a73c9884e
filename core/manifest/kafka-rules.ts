import type { Manifest } from '../base/manifest-types.ts'
import type { Problem } from '../base/schema-problems.ts'
import { didYouMean } from '../base/suggest.ts'
import { TOPIC_CONFIGS } from './kafka-schema.ts'

/** What is wrong between an app's topics and its services. */
export function kafkaProblems({ app, kafka, services }: Manifest): Problem[] {
  const topics = Object.keys(kafka?.topics ?? {})
  const unknown = Object.entries(services).flatMap(([service, spec]) =>
    (['read', 'write'] as const).flatMap((how) =>
      (spec.kafka?.[how] ?? []).flatMap((topic, index): Problem[] => {
        if (topics.includes(topic)) return []
        const path = ['services', service, 'kafka', how, index]
        const remedy = topics.length === 0 ? 'declare it in kafka.topics' : didYouMean(topic, topics)
        return [{ path, problem: `app ${app} has no topic "${topic}"`, remedy }]
      }),
    ),
  )
  const configs = Object.entries(kafka?.topics ?? {}).flatMap(([topic, { config }]) =>
    Object.keys(config).flatMap((name): Problem[] => {
      if ((TOPIC_CONFIGS as readonly string[]).includes(name)) return []
      const path = ['kafka', 'topics', topic, 'config', name]
      return [
        { path, problem: `"${name}" is no setting of a topic`, remedy: didYouMean(name, TOPIC_CONFIGS) },
      ]
    }),
  )
  return [...unknown, ...configs]
}
