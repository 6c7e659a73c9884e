import { stageImages } from '../../adapters/images/ec2-images.ts'
import { type AtRest, atRestText, costAtRest } from '../../core/prices/at-rest.ts'
import { table } from '../../local/table.ts'
import type { Context } from '../context.ts'
import { readPrices } from '../price-file.ts'
import { sizeText } from '../text/data-text.ts'
import { listData } from './data-list.ts'

/** Something of an app that a teardown may leave behind, with what a month of it costs. */
export interface Leftover {
  what: string
  bytes?: number
  cost: AtRest
}

/**
 * What of an app is billed on after its teardown: images, backups, and its data as far as it is kept. What
 * AWS does not say is not known; a teardown does not fail because of it.
 */
export async function leftovers(context: Context, app: string): Promise<Leftover[]> {
  const [images, data] = await Promise.all([
    told(`images of ${app}`, ofImages(context, app)),
    told(`data of ${app}`, ofData(context, app)),
  ])
  return [...images, ...data]
}

async function told(what: string, found: Promise<Leftover[]>): Promise<Leftover[]> {
  try {
    return await found
  } catch (error) {
    return [{ what, cost: { unknown: (error as Error).message } }]
  }
}

/** Blocks that images share are counted with each of them, so that it may be less. */
async function ofImages(context: Context, app: string): Promise<Leftover[]> {
  const images = (await stageImages(context.ec2(), context.stage)).filter((image) => image.app === app)
  if (images.length === 0) return []
  const sizes = images.flatMap(({ bytes }) => bytes ?? [])
  const bytes = sizes.length === images.length ? sizes.reduce((sum, one) => sum + one, 0) : undefined
  const what = images.length === 1 ? '1 image' : `${images.length} images`
  const cost = costAtRest(readPrices(), context.region, 'image', bytes)
  return [{ what, ...(bytes !== undefined && { bytes }), cost }]
}

async function ofData(context: Context, app: string): Promise<Leftover[]> {
  const { data, backups } = await listData(context, app)
  const kept = data.map(({ name, figures: { bytes }, kept, cost }) => ({
    what: kept ? `${name}, which was kept` : `${name}, if it is kept`,
    ...(bytes !== undefined && { bytes }),
    cost,
  }))
  const backedUp = backups.map(({ of, name, bytes, cost }) => ({
    what: `backup ${name} of ${of}`,
    ...(bytes !== undefined && { bytes }),
    cost,
  }))
  return [...kept, ...backedUp]
}

/** What stays and costs, a line each; nothing if nothing stays. */
export function leftoversText(region: string, all: readonly Leftover[]): string[] {
  if (all.length === 0) return []
  const rows = all.map(({ what, bytes, cost }) => [
    `  ${what}`,
    bytes === undefined ? '' : sizeText({ bytes }),
    `${atRestText(cost)} a month`,
  ])
  return [`goes on costing after the teardown, on AWS in ${region}:`, ...table(rows).split('\n')]
}
