import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import type { MiddlewareObj } from '@middy/core'

/**
 * What resources/alarms.yml and docs/runbook.md call the metrics; each costs by the month while it is
 * written.
 */
const UNITS = {
  Events: MetricUnit.Count,
  Registrations: MetricUnit.Count,
  /** From the time that EC2's event names, in whole seconds, so up to 1000 too high. */
  RegistrationLatency: MetricUnit.Milliseconds,
  Drift: MetricUnit.Count,
  RemovalsHeld: MetricUnit.Count,
  /** 1 or 0. */
  ConsulLeader: MetricUnit.NoUnit,
} as const

type Counts = Partial<Record<keyof typeof UNITS, number | number[]>>

const metrics = new Metrics({ namespace: 'Nanofleet' })

/**
 * Middleware that writes what a result counts as one line in CloudWatch's embedded metric format, which
 * becomes metrics without a call or a permission. The stage is the dimension `service`
 * (POWERTOOLS_SERVICE_NAME). Powertools' own middleware would warn in every call that has nothing to count.
 * @param read the values of a result; none writes no line
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
