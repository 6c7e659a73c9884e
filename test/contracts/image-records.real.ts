import type { SSMClient } from '@aws-sdk/client-ssm'
import { beforeAll, describe, expect, it } from '@jest/globals'
import {
  readImageRecords,
  removeImageRecords,
  writeImageRecord,
} from '../../adapters/images/image-records.ts'
import type { ImageRecord } from '../../core/base/bundle.ts'
import { liveStage } from '../live/stage.ts'

const STAGE = `contract${process.pid}`
const record = (number: number): ImageRecord => ({
  hash: `h${number}`,
  imageId: `ami-0${number}`,
  builtAt: '2026-01-01T00:00:00.000Z',
})

describe('the image records in Parameter Store', () => {
  let ssm: SSMClient
  beforeAll(async () => {
    ssm = (await liveStage()).ssm()
  }, 120_000)

  it('are none before a build', async () => {
    expect(await readImageRecords(ssm, STAGE, 'web', ['web'])).toEqual(new Map())
    expect(await readImageRecords(ssm, STAGE, 'web', [])).toEqual(new Map())
  })

  it('are the last written ones for the requested services, however many, until they are removed', async () => {
    const services = Array.from({ length: 12 }, (_, index) => `s${index}`)
    await writeImageRecord(ssm, STAGE, 'web', 's0', record(99))
    for (const [index, service] of services.entries())
      await writeImageRecord(ssm, STAGE, 'web', service, record(index))
    await writeImageRecord(ssm, STAGE, 'other', 's0', record(50))
    const expected = new Map(services.map((service, index) => [service, record(index)]))
    expect(await readImageRecords(ssm, STAGE, 'web', [...services, 'absent'])).toEqual(expected)
    await removeImageRecords(ssm, STAGE, 'web', [...services, 'absent'])
    expect(await readImageRecords(ssm, STAGE, 'web', services)).toEqual(new Map())
    expect(await readImageRecords(ssm, STAGE, 'other', ['s0'])).toEqual(new Map([['s0', record(50)]]))
    await removeImageRecords(ssm, STAGE, 'other', ['s0'])
  })
})
