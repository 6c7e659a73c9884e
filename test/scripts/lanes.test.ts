import { describe, expect, it } from '@jest/globals'
import { inOrder, lanes, lanesOf, realFiles } from '../../scripts/lib/lanes.mjs'

const END = 'test/e2e/teardown.real.ts'

describe('The lanes', () => {
  const all = lanesOf(realFiles())

  it('run every file of real parts once, and the end of a stage in each lane that has one', () => {
    const run = all.flatMap(({ own }) => own)
    expect(run.filter((file) => file !== END).sort()).toEqual(
      realFiles()
        .filter((file) => file !== END)
        .sort(),
    )
    const staged = all.filter(({ stage }) => stage)
    expect(staged.length).toBeGreaterThan(1)
    expect(staged.map(({ own }) => own.at(-1))).toEqual(staged.map(() => END))
    expect(run.filter((file) => file === END)).toHaveLength(staged.length)
  })

  it('name no file that is not there', () => {
    const idle = lanes
      .flatMap(({ files }) => files)
      .filter((part) => part !== '/e2e/' && !realFiles().some((file) => `/${file}`.includes(part)))
    expect(idle).toEqual([])
  })

  it('keep the order that they name, and that of the alphabet within a folder', () => {
    const [first] = lanesOf(['test/e2e/drift.real.ts', 'test/e2e/whole-path.real.ts'])
    expect(first?.own).toEqual(['test/e2e/whole-path.real.ts', 'test/e2e/drift.real.ts'])
    const [folders] = lanesOf(['test/iam/b.real.ts', 'test/contracts/z.real.ts', 'test/iam/a.real.ts'])
    expect(folders?.own).toEqual(['test/contracts/z.real.ts', 'test/iam/a.real.ts', 'test/iam/b.real.ts'])
  })

  it('leave the end of a stage to the end where all files share one region', () => {
    const order = [END, 'test/local/supervisor.real.ts', 'test/e2e/whole-path.real.ts'].sort(inOrder)
    expect(order).toEqual(['test/e2e/whole-path.real.ts', 'test/local/supervisor.real.ts', END])
  })

  it('go by the longest part of its path that is named, so that a new file of e2e has a lane too', () => {
    const found = lanesOf([
      'test/e2e/photos.real.ts',
      'test/e2e/new.real.ts',
      'test/apps/checkout-orders.real.ts',
    ])
    expect(found.map(({ name, own }) => [name, ...own])).toEqual([
      ['web', 'test/apps/checkout-orders.real.ts', 'test/e2e/new.real.ts'],
      ['shops', 'test/e2e/photos.real.ts'],
    ])
  })

  it('find a file wherever a folder of its part of the tests has it', () => {
    const found = lanesOf(['test/core/registration/registration-cluster.real.ts'])
    expect(found.map(({ name }) => name)).toEqual(['calm'])
  })
})
