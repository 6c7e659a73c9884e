import { describe, expect, it } from '@jest/globals'
import * as z from 'zod'
import { knownKeys } from '../../../core/base/schema-keys.ts'

describe('the keys that a schema knows', () => {
  const keys = knownKeys(
    z.strictObject({
      one: z.strictObject({ inner: z.string() }),
      list: z.array(z.strictObject({ item: z.string() })),
      table: z.record(z.string(), z.strictObject({ cell: z.string() })),
      either: z.union([
        z.string(),
        z.strictObject({ left: z.string() }),
        z.strictObject({ right: z.string() }),
      ]),
    }),
  )

  it.each([
    [[], ['one', 'list', 'table', 'either']],
    [['one'], ['inner']],
    [['list'], []],
    [['list', 3], ['item']],
    [['table', 'any'], ['cell']],
    [['either'], ['left', 'right']],
    [['one', 'inner'], []],
    [['none', 'at', 'all'], []],
  ])('below %j are %j', (path, expected) => {
    expect(keys(path)).toEqual(expected)
  })
})
