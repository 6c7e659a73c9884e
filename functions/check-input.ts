import middy from '@middy/core'
import { BundleStore } from '../adapters/aws/bundle-store.ts'
import * as clients from '../adapters/aws/clients.ts'
import { readStage } from '../adapters/config.ts'
import type { Stage } from '../core/base/stage.ts'
import {
  checkDeployable,
  checkInput,
  type DeployInput,
  type InputToCheck,
} from '../core/deploy/deploy-input.ts'
import { once } from './once.ts'

/** First state of deploy, scale and teardown: the input with its defaults, of an app that somebody pushed. */
export const inputCheck = (wire: () => { stage: Stage; bundles: Pick<BundleStore, 'read'> }) => {
  const parts = once(wire)
  return middy(async (event: InputToCheck) => {
    const input = checkInput(event)
    const { stage, bundles } = parts()
    const { bundle } = await bundles.read(input.app)
    if (event.workflow === 'deploy') checkDeployable(input as DeployInput, bundle.manifest, stage)
    return input
  })
}

export const handler = inputCheck(() => {
  const stage = readStage()
  return { stage, bundles: new BundleStore(clients.s3(), stage.bucket) }
})
