import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import type { MiddlewareObj } from '@middy/core'

/**
 * The metrics' names in resources/alarms.yml and docs/runbook.md. CloudWatch bills each for every month in
 * which it is written.
 */
const UNITS = {
  Events: MetricUnit.Count,
  Registrations: MetricUnit.Count,
  /** From the time in EC2's event, which has whole seconds, so up to 1000 too high. */
  RegistrationLatency: MetricUnit.Milliseconds,
  Drift: MetricUnit.Count,
  RemovalsHeld: MetricUnit.Count,
  /** 1 or 0. */
  ConsulLeader: MetricUnit.NoUnit,
  /** Instances that fail their check; these three are written only while there are some. */
  Sick: MetricUnit.Count,
  Replacements: MetricUnit.Count,
  ReplacementsHeld: MetricUnit.Count,
} as const

type Counts = Partial<Record<keyof typeof UNITS, number | number[]>>

const metrics = new Metrics({ namespace: 'Nanofleet' })

/**
 * Middleware that logs a result's counts as one line in CloudWatch's embedded metric format; CloudWatch turns
 * it into metrics, without a call or a permission. The stage is the dimension `service`
 * (POWERTOOLS_SERVICE_NAME). Powertools' own middleware would log a warning for every call that has nothing
 * to count.
 * @param read the values of a result; without any, no line is written
 */
export function counts<T>(read: (result: T) => Counts): MiddlewareObj<unknown, T> {
  return {
    after: (request) => {
      for (const [name, values] of Object.entries(read(request.response as T)))
        for (const value of [values].flat()) metrics.addMetric(name, UNITS[name as keyof typeof UNITS], value)
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics()
    },
  }
}
