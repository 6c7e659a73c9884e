import { appsRoot, localRegion } from './local-region.js'

/** As in `core/base/name-rules.ts`, which an older Node could not read before it is refused here. */
const STAGE_NAME = /^[a-z][a-z0-9]{0,19}$/

/**
 * What the control plane adds to `serverless`: a stage name that AWS accepts, the local region as the target
 * of stage `local`, and after a deploy the apps and sources in the stage's bucket.
 */
export default class Nanofleet {
  constructor(serverless, options, { log }) {
    this.serverless = serverless
    this.log = log
    this.stage = options.stage ?? serverless.service.provider.stage
    checkNode(serverless)
    checkStage(serverless, this.stage)
    if (this.stage === 'local') targetLocalRegion(serverless)
    this.hooks = {
      'after:deploy:deploy': () => this.finish(),
      'before:remove:remove': () => this.makeRemovable(),
    }
  }

  /** What a template cannot do. */
  async finish() {
    const { closeDefaultGroup } = await import('./default-group.mjs')
    const closed = await closeDefaultGroup(this.target())
    if (closed > 0) this.log.notice(`Rules taken out of the network's default security group: ${closed}`)
    await this.push()
  }

  /** Uploads every app that is right to the bucket, so that a workflow needs only the app's name. */
  async push() {
    const { push } = await import('./bucket.mjs')
    const { apps, faults } = await push(this.target())
    for (const warning of new Set([...faults, ...apps.flatMap(({ warnings }) => warnings)]))
      this.log.warning(warning)
    const changed = apps.filter((app) => app.changed).map(({ app }) => app)
    this.log.notice(`Apps in the bucket: ${apps.length}, changed: ${changed.join(', ') || 'none'}`)
  }

  /** CloudFormation cannot delete a bucket that is not empty, nor a network with instances in it. */
  async makeRemovable() {
    const { emptyBuckets, refuseWithApps } = await import('./bucket.mjs')
    await refuseWithApps(this.target(), (message) => new this.serverless.classes.Error(message))
    await emptyBuckets(this.target())
  }

  target() {
    const provider = this.serverless.getProvider('aws')
    return { stage: this.stage, region: provider.getRegion(), root: appsRoot(this.serverless.serviceDir) }
  }
}

function checkNode(serverless) {
  const [major] = process.versions.node.split('.').map(Number)
  if (major >= 24) return
  throw new serverless.classes.Error(
    `This deploy runs on Node ${process.versions.node}, but needs 24; start it with "npx serverless", which uses the one in node_modules`,
  )
}

function checkStage(serverless, stage) {
  if (STAGE_NAME.test(stage)) return
  throw new serverless.classes.Error(
    `${JSON.stringify(stage)} is not a stage name; use up to 20 lower-case letters and digits, a letter first`,
  )
}

/**
 * The AWS clients read the endpoint and the credentials from the environment when they are created, which is
 * later.
 */
function targetLocalRegion(serverless) {
  const record = localRegion()
  if (!record) {
    throw new serverless.classes.Error('No local region runs; start it with "npx nanofleet local up"')
  }
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: process.env.AWS_ENDPOINT_URL ?? record.endpoint,
    AWS_ACCESS_KEY_ID: record.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: record.credentials.secretAccessKey,
  })
  // Stacks take only a second or two there, and the default is to look every five seconds.
  process.env.SLS_AWS_MONITORING_FREQUENCY ??= '250'
  delete process.env.AWS_SESSION_TOKEN
  delete process.env.AWS_PROFILE
}
