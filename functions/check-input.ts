import middy from '@middy/core'
import { BundleStore } from '../adapters/bundle-store.ts'
import * as clients from '../adapters/clients.ts'
import { readStage } from '../adapters/config.ts'
import { checkInput, type InputToCheck } from '../core/deploy-input.ts'
import { once } from './once.ts'

const parts = once(() => ({ bundles: new BundleStore(clients.s3(), readStage().bucket) }))

/** First state of deploy, scale and teardown: the input with its defaults, of an app that somebody pushed. */
export const handler = middy(async (event: InputToCheck) => {
  const input = checkInput(event)
  await parts().bundles.read(input.app)
  return input
})
