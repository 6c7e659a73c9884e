import { describe, expect, it } from '@jest/globals'
import { budgetProblems, budgetsFor } from '../../scripts/bundles/budgets.mjs'

const bundle = (size: number) => ({
  contents: new Uint8Array(size),
  parts: { zod: size - 500, core: 500 },
})

describe('budgets of bundles', () => {
  it('let a function pass that stays within its own', () => {
    expect(budgetProblems(new Map([['lock', bundle(2000)]]), { lock: 2000 })).toEqual([])
  })

  it('say by how much a function is above its own, and what it is made of', () => {
    expect(budgetProblems(new Map([['lock', bundle(12_345)]]), { lock: 12_000 })).toEqual([
      'lock has 12,345 bytes, 345 more than its budget of 12,000; it is made of zod 11,845, core 500',
    ])
  })

  it('want a budget for every function, and a function for every budget', () => {
    expect(budgetProblems(new Map([['lock', bundle(2000)]]), { unlock: 2000 })).toEqual([
      'lock has 2,000 bytes and no budget; give it one',
      'unlock has a budget and is no function',
    ])
  })

  it('are written with little room above what is there', () => {
    expect(budgetsFor(new Map([['lock', bundle(100_000)]]))).toEqual({ lock: 102_000 })
  })
})
