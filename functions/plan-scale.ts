import middy from '@middy/core'
import { BundleStore } from '../adapters/aws/bundle-store.ts'
import * as clients from '../adapters/aws/clients.ts'
import { DynamoReleaseBook } from '../adapters/aws/releases.ts'
import { readStage } from '../adapters/config.ts'
import { NotFound } from '../core/base/errors.ts'
import type { ScaleInput } from '../core/deploy/deploy-input.ts'
import { planScale } from '../core/deploy/scale-plan.ts'
import { once } from './once.ts'

const parts = once(() => {
  const stage = readStage()
  return {
    bundles: new BundleStore(clients.s3(), stage.bucket),
    releases: new DynamoReleaseBook(clients.documents(), stage.table),
  }
})

/** What scaling a deployed service means: the child execution's input, and the number to go back to. */
export const handler = middy(async ({ wanted, execution }: { wanted: ScaleInput; execution: string }) => {
  const { bundles, releases } = parts()
  const [release, overrides] = await Promise.all([
    releases.current(wanted.app),
    releases.overrides(wanted.app),
  ])
  if (!release) throw new NotFound(`${wanted.app} is not deployed; deploy it first`)
  const app = await bundles.read(wanted.app, release.bundle)
  return planScale(wanted, app, overrides, execution)
})
