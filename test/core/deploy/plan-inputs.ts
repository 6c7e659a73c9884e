import { type AppBundle, bundleDigest } from '../../../core/base/bundle.ts'
import type { ServiceSpec } from '../../../core/base/manifest-types.ts'
import type { PlanInputs } from '../../../core/deploy/deploy-plan.ts'
import type { Release } from '../../../core/deploy/releases.ts'
import { together } from '../../../core/prices/bill.ts'
import { parsedApp } from '../../../core/template/parsed-app.ts'

export const spec = (needs: string[] = [], other: Partial<ServiceSpec> = {}): ServiceSpec => ({
  protocol: 'http',
  port: 8080,
  needs,
  count: { desired: 2, min: 0, max: 100 },
  instanceType: 't3.micro',
  env: {},
  secrets: {},
  permissions: [],
  stateful: false,
  strategy: 'surge',
  kind: 'service',
  ...other,
})
export const bundle = (services: Record<string, ServiceSpec>): AppBundle => ({
  format: 1,
  manifest: { app: 'shop', requires: ['platform'], services },
  resources: {},
  services: Object.fromEntries(
    Object.keys(services).map((name) => [
      name,
      {
        definition: JSON.stringify({ service: { name: `shop-${name}`, port: 8080 } }),
        config: {},
        source: 's',
      },
    ]),
  ),
})
export const empty = { AWSTemplateFormatVersion: '2010-09-09' as const, Description: '', Resources: {} }
export const unchanged = { action: 'unchanged' as const, reasons: [] }

export function facts(services: Record<string, ServiceSpec>, other: Partial<PlanInputs> = {}): PlanInputs {
  const names = Object.keys(services)
  return {
    app: parsedApp(bundle(services)),
    images: new Map(names.map((name) => [name, { hash: `h-${name}`, imageId: `ami-${name}`, builtAt: '' }])),
    overrides: {},
    current: undefined,
    standing: [],
    templates: { app: 'shop', own: empty, services: {} },
    changes: { app: unchanged, services: Object.fromEntries(names.map((name) => [name, unchanged])) },
    bill: { before: together(), after: together() },
    ...other,
  }
}
export const released = (release: number, made: AppBundle, images: Record<string, string>): Release => ({
  release,
  bundle: bundleDigest(made),
  services: Object.fromEntries(
    Object.entries(images).map(([name, imageId]) => [
      name,
      { hash: `h-${name}`, imageId, count: 2, definition: '' },
    ]),
  ),
  at: '',
  execution: '',
})
