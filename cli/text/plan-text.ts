import type { DeployPlan } from '../../core/deploy/deploy-plan.ts'
import { lossText } from '../../core/deploy/losses.ts'
import type { Cost } from '../../core/prices/bill.ts'
import type { Change } from '../../core/template/stack-change.ts'
import { table } from '../../local/table.ts'
import { costLines } from './cost-text.ts'

const VERB: Record<Change['action'], string> = { create: 'create', update: 'update', unchanged: 'keep' }

/** A deployment's plan for people: every stack, what happens to it and why, and what it costs. */
export function planText(plan: DeployPlan, cost: Cost): string {
  const services = Object.entries(plan.services)
  const rows = [
    row(plan.app, plan.stack, ''),
    ...services.map(([service, { change, target, imageId }]) =>
      row(`${plan.app}/${service}`, change, `${target.count} × ${imageId}`),
    ),
    ...plan.removed.map((service) => [`  remove  ${plan.app}/${service}`, '', 'it left the manifest']),
  ]
  return [
    ...section('data that would be lost', plan.losses.map(lossText)),
    `${plan.app}: ${release(plan)}`,
    table(rows),
    ...section(
      'waves',
      plan.waves.map((wave, index) => `${index + 1}: ${wave.join(', ')}`),
    ),
    ...section('who may reach whom', plan.edges),
    ...section('note', plan.notes),
    ...costLines(cost),
  ].join('\n')
}

function release(plan: DeployPlan): string {
  const { only } = plan
  return only ? `${number(plan)}, with only ${only.join(', ')}` : number(plan)
}

function number({ release: next, previous }: DeployPlan): string {
  if (previous === 0) return `release ${next}, the first one`
  return next === previous ? `release ${next} stays` : `release ${next} after ${previous}`
}

const row = (what: string, { action, reasons }: Change, runs: string): string[] => [
  `  ${VERB[action].padEnd(6)}  ${what}`,
  runs,
  reasons.join('; '),
]

const section = (title: string, entries: string[]): string[] =>
  entries.length === 0 ? [] : [`${title}:`, ...entries.map((entry) => `  ${entry}`)]
