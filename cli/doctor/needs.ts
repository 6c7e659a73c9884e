import type { Manifest, ServiceSpec } from '../../core/base/manifest-types.ts'
import { PLATFORM } from '../../core/base/names.ts'

/** vCPUs of an instance type. */
export type Processors = ReadonlyMap<string, number>

export interface VcpuNeed {
  app: string
  /** While nothing changes. */
  steady: number
  /** While a deployment replaces instances: one more of the largest type. */
  changing: number
}

/** What each app takes of the account's vCPUs, the platform first. */
export function vcpuNeeds(apps: readonly Manifest[], processors: Processors): VcpuNeed[] {
  const of = ({ instanceType }: ServiceSpec) => processors.get(instanceType) ?? 0
  const needs = apps.map(({ app, services }) => {
    const all = Object.values(services)
    const steady = all.reduce((sum, spec) => sum + spec.count.desired * of(spec), 0)
    return { app, steady, changing: steady + Math.max(0, ...all.map(of)) }
  })
  return needs.sort((a, b) => Number(b.app === PLATFORM) - Number(a.app === PLATFORM) || a.steady - b.steady)
}

/** The app that builds the most images at once, and how many that are. */
export function mostBuilds(apps: readonly Manifest[]): { app: string; builds: number } {
  const counts = apps.map(({ app, services }) => ({ app, builds: Object.keys(services).length }))
  return counts.sort((a, b) => b.builds - a.builds)[0] ?? { app: PLATFORM, builds: 0 }
}
