import middy from '@middy/core'
import { BundleStore } from '../adapters/aws/bundle-store.ts'
import * as clients from '../adapters/aws/clients.ts'
import { DefinitionParameters } from '../adapters/aws/definition-parameters.ts'
import { DynamoReleaseBook } from '../adapters/aws/releases.ts'
import { SecretParameters } from '../adapters/aws/secret-parameters.ts'
import { readStage } from '../adapters/config.ts'
import { removeImageRecords } from '../adapters/images/image-records.ts'
import { once } from './once.ts'

const parts = once(() => {
  const stage = readStage()
  const ssm = clients.ssm()
  return {
    bundles: new BundleStore(clients.s3(), stage.bucket),
    definitions: new DefinitionParameters(ssm, stage.name),
    removeRecords: (app: string, services: string[]) => removeImageRecords(ssm, stage.name, app, services),
    removeSecrets: (app: string) => new SecretParameters(ssm, stage.name, app).remove(),
    releases: new DynamoReleaseBook(clients.documents(), stage.table),
  }
})

/**
 * Forgets a removed app: definitions, image records, secrets, releases, counts set by hand. Its images stay until clean-amis
 * takes them, its sources stay in the bucket.
 */
export const handler = middy(async ({ app, services }: { app: string; services: string[] }) => {
  const { bundles, definitions, removeRecords, removeSecrets, releases } = parts()
  const release = await releases.current(app)
  const { bundle } = await bundles.read(app, release?.bundle)
  const all = [...new Set([...services, ...Object.keys(bundle.services)])]
  await definitions.remove(app, all)
  await removeRecords(app, all)
  await removeSecrets(app)
  await releases.forget(app)
  return { app }
})
