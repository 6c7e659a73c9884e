import { describe, expect, it } from '@jest/globals'
import { planText } from '../../cli/text/plan-text.ts'
import type { DeployPlan, PlannedService } from '../../core/deploy/deploy-plan.ts'
import { costOf } from '../../core/prices/bill.ts'
import type { Change } from '../../core/template/stack-change.ts'
import { prices } from '../support/prices.ts'

const change = (action: Change['action'], ...reasons: string[]): Change => ({ action, reasons })
const planned = (service: string, made: Change): PlannedService => ({
  change: made,
  hash: 'h',
  imageId: 'ami-1',
  target: { app: 'shop', service, count: 2, replacement: 'surge', kind: 'service', catalog: [service] },
})
const plan: DeployPlan = {
  app: 'shop',
  release: 4,
  previous: 3,
  bundle: 'b',
  stack: change('unchanged'),
  services: {
    web: planned('web', change('update', 'ImageId: ami-0 → ami-1')),
    db: planned('db', change('create', 'it does not exist')),
  },
  removed: ['old'],
  waves: [['db'], ['web']],
  edges: ['DbIngressFromWebTcp5432 (tcp 5432): web needs db'],
  bill: {
    before: { fixed: [{ article: 'instance/t3.micro', quantity: 2, of: 'shop/web' }], byUse: [] },
    after: {
      fixed: [
        { article: 'instance/t3.micro', quantity: 3, of: 'shop/web' },
        { article: 'instance/x9.huge', quantity: 1, of: 'shop/db' },
      ],
      byUse: ['nat/gb', 'transfer/out', 'table/storage'],
    },
  },
  losses: [],
  stays: [],
  takenUp: [],
  kafka: false,
  back: false,
  notes: [],
}

const cost = costOf(prices, 'eu-west-1', plan.bill.before, plan.bill.after)

describe('a plan', () => {
  it('says what happens to each stack and why, who may reach whom, and what it costs', () => {
    expect(planText(plan, cost)).toBe(
      [
        'shop: release 4 after 3',
        '  keep    shop',
        '  update  shop/web  2 × ami-1  ImageId: ami-0 → ami-1',
        '  create  shop/db   2 × ami-1  it does not exist',
        '  remove  shop/old             it left the manifest',
        'waves:',
        '  1: db',
        '  2: web',
        'who may reach whom:',
        '  DbIngressFromWebTcp5432 (tcp 5432): web needs db',
        'cost on AWS in eu-west-1, in US dollars without tax:',
        '                                        an hour                      a month of 730 h',
        '  2 → 3 × instance t3.micro (shop/web)  $0.0200 → $0.0300            $14.60 → $21.90',
        '  0 → 1 × instance x9.huge (shop/db)    $0 → not known               $0 → not known',
        '  total                                 $0.0200 → more than $0.0300  $14.60 → more than $21.90',
        'plus, by use:',
        '  what goes through the NAT gateway: $0.045 per GB',
        '  data out to the internet: not known',
        '  rows of tables: $0.50 per GB and month',
        'goes on after a teardown, until it is deleted:',
        '  rows of tables: $0.50 per GB and month',
        'what is not known: "nanofleet prices update --region eu-west-1" reads it from AWS',
        "prices: AWS's prices of 2026-01-30 to 2026-02-01 (docs/cost.md)",
      ].join('\n'),
    )
  })

  it.each([
    [{ release: 1, previous: 0 }, 'release 1, the first one'],
    [{ release: 3, previous: 3 }, 'release 3 stays'],
  ])('of %j names its release', (numbers, text) => {
    expect(planText({ ...plan, ...numbers }, cost)).toContain(`shop: ${text}`)
  })
})
