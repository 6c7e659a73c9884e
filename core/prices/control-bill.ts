import type { Bill } from './bill.ts'
import { HOURS } from './money.ts'

/** Of resources/alarms.yml. */
const ALARMS = 7

/** What a control plane costs while no app is up: its alarms, and the function that looks once a minute. */
export const CONTROL_PLANE: Bill = {
  fixed: [
    { article: 'alarm', quantity: ALARMS, of: 'control plane' },
    { article: 'function/request', quantity: 60 * HOURS, of: 'control plane' },
  ],
  byUse: [
    'metric',
    'function/time',
    'workflow/transition',
    'build/minute',
    'table/write',
    'table/read',
    'table/storage',
    'bucket/storage',
    'bucket/write',
    'bucket/read',
    'queue/request',
    'trace/stored',
    'logs/write',
    'logs/storage',
  ],
}
