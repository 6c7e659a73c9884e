import { controlName } from '../../../core/base/names.ts'
import type { LocalRecord } from '../../../local/record.ts'
import { callAsRoot } from '../../live/signed.ts'

/**
 * The rules that trigger the control plane's registration: instance events, the clock, changed definitions.
 */
const RULES = ['instance-states', 'reconcile', 'definition-changes']

/** Turns the control plane's own registration on or off, so that another one has the machine to itself. */
export async function switchRules(region: LocalRecord, stage: string, on: boolean): Promise<void> {
  for (const rule of RULES)
    await callAsRoot(region, 'events', `AWSEvents.${on ? 'Enable' : 'Disable'}Rule`, {
      Name: controlName(stage, rule),
    })
}
