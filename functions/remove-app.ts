import middy from '@middy/core'
import { BundleStore } from '../adapters/bundle-store.ts'
import * as clients from '../adapters/clients.ts'
import { readStage } from '../adapters/config.ts'
import { DefinitionParameters } from '../adapters/definition-parameters.ts'
import { DynamoReleaseBook } from '../adapters/releases.ts'
import { once } from './once.ts'

const parts = once(() => {
  const stage = readStage()
  return {
    bundles: new BundleStore(clients.s3(), stage.bucket),
    definitions: new DefinitionParameters(clients.ssm(), stage.name),
    releases: new DynamoReleaseBook(clients.documents(), stage.table),
  }
})

/** Forgets a removed app: definitions, releases, counts set by hand. Its image records and sources stay. */
export const handler = middy(async ({ app, services }: { app: string; services: string[] }) => {
  const { bundles, definitions, releases } = parts()
  const release = await releases.current(app)
  const { bundle } = await bundles.read(app, release?.bundle)
  await definitions.remove(app, [...new Set([...services, ...Object.keys(bundle.services)])])
  await releases.forget(app)
  return { app }
})
