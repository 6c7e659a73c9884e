import middy from '@middy/core'
import * as clients from '../adapters/aws/clients.ts'
import { DynamoReleaseBook } from '../adapters/aws/releases.ts'
import { readStage } from '../adapters/config.ts'
import type { ScaleOverride } from '../core/deploy/releases.ts'
import { once } from './once.ts'

const releases = once(() => new DynamoReleaseBook(clients.documents(), readStage().table))

interface ScaleRecord {
  app: string
  service: string
  override: ScaleOverride
  owner: string
}

/** Keeps a number set by hand for the deployments to come, if this execution still holds the lock. */
export const handler = middy(async ({ app, service, override, owner }: ScaleRecord) => {
  await releases().override(app, service, override, owner)
  return override
})
