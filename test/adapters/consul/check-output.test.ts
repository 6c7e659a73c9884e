import { describe, expect, it } from '@jest/globals'
import { type AgentCheck, toEntry } from '../../../adapters/consul/entries.ts'

const service = { ID: 'i-1', Service: 'web', Tags: null, Meta: null, Port: 8080, Address: '10.0.0.4' }
const check = (Status: string, Output: string, more: Partial<AgentCheck> = {}): AgentCheck => ({
  Node: 'a',
  CheckID: 'c',
  ServiceID: 'i-1',
  Notes: '',
  Status,
  Output,
  ...more,
})

describe('what a check said last', () => {
  it.each<[string, AgentCheck[], string | undefined]>([
    ['nothing while it passes', [check('passing', 'HTTP 200')], undefined],
    ['one line', [check('critical', 'HTTP GET /healthz: 503\n\n  sick\t')], 'HTTP GET /healthz: 503 sick'],
    ['that of the worst check', [check('warning', 'slow'), check('critical', 'refused')], 'refused'],
    ['at most 300 characters', [check('critical', 'x'.repeat(400))], `${'x'.repeat(299)}…`],
    ['nothing before its first answer', [check('critical', '')], undefined],
    [
      'nothing in maintenance, which has a reason',
      [check('critical', 'refused', { CheckID: '_service_maintenance:i-1', Notes: 'it leaves' })],
      undefined,
    ],
  ])('is %s', (_what, checks, output) => {
    expect(toEntry(service, checks, '10.0.0.1', 'token').output).toBe(output)
  })
})
