import type { PriceTable } from '../../core/prices/price-table.ts'

/** Prices that make sums easy to follow; they are nobody's. */
export const prices: PriceTable = {
  format: 1,
  currency: 'USD',
  regions: {
    'eu-west-1': [
      {
        list: 'AmazonEC2',
        published: '2026-01-30',
        read: '2026-01-31',
        prices: { 'instance/t3.micro': 0.01, 'instance/t3.small': 0.02, 'nat/hour': 0.05, 'nat/gb': 0.045 },
      },
      {
        list: 'AmazonDynamoDB',
        read: '2026-02-01',
        quotedBy: 'github.com/some/body',
        prices: { 'table/storage': 0.5, 'table/write': 7.05e-7, alarm: 0.1 },
      },
    ],
  },
}
