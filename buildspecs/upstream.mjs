// @ts-check
import { createHash } from 'node:crypto'
import { ARCHITECTURES, platform } from './container.mjs'
import { BuildFailure } from './failure.mjs'

/**
 * @typedef {import('./commands.mjs').Command} Command
 * @typedef {import('./settings.mjs').BuildSettings} BuildSettings
 * @typedef {import('./commands.mjs').Run} Run
 */

/**
 * The published image of a service, mirrored into the stage's own registry. The first build resolves the tag,
 * once; later builds use the mirrored image by its digest, even if the publisher has moved or removed the
 * tag.
 * @param {BuildSettings} settings
 * @param {string} published `<registry>/<service>:<version>`, with `@<digest>` if it is pinned
 * @param {Run} run
 * @returns {Promise<string>} the mirrored image, as `<repository>@sha256:…`
 * @throws {BuildFailure} when it cannot be pulled, is for another architecture, or is not stored
 */
export async function mirroredImage(settings, published, run) {
  const uri = await repository(settings, run)
  await run(login(settings, uri))
  const known = await mirroredDigest(settings, published, run)
  if (known) return `${uri}@${known}`
  const failed = await mirror(settings, published, uri, run).catch((/** @type {Error} */ error) => error)
  // Even after a failure: tags there never move, and another build may just have pushed the same one.
  const digest = await mirroredDigest(settings, published, run)
  if (!digest) throw failed ?? new BuildFailure(`${uri} does not show the image that was pushed to it`)
  process.stdout.write(`Mirrored as ${uri}@${digest}\n`)
  return `${uri}@${digest}`
}

/**
 * Copies a published image and prints its digest, so that app.yml can pin it.
 * @param {BuildSettings} settings
 * @param {string} published
 * @param {string} uri the stage's repository
 * @param {Run} run
 */
async function mirror(settings, published, uri, run) {
  const { app, architecture, service } = settings
  const copy = `${uri}:${mirrorTag(settings, published)}`
  const name = published.replace(/:[^:/@]+(@.*)?$/, '')
  /** @param {string[]} args */
  const docker = (...args) => run({ program: 'docker', args })
  await docker('pull', '--platform', platform(architecture), published).catch((cause) => {
    const remedy = `choose another registry or version in images/${app}/app.yml: upstream`
    throw new BuildFailure(`${published} cannot be pulled; ${remedy}`, { cause })
  })
  const format = '{"architecture":"{{.Architecture}}","digests":{{json .RepoDigests}}}'
  const found = JSON.parse(await docker('image', 'inspect', '--format', format, published))
  // A single-architecture image is pulled whatever platform was requested.
  if (found.architecture !== ARCHITECTURES[architecture]) {
    const made = `${published} is made for ${found.architecture}, the stage's instances are ${architecture}`
    throw new BuildFailure(`${made}; use a stage of that architecture, or source: ours`)
  }
  const own = found.digests.find((/** @type {string} */ one) => one.startsWith(`${name}@`))
  process.stdout.write(`${published} is ${own}; upstream.digests.${service} can pin it\n`)
  await docker('tag', published, copy)
  await docker('push', copy)
}

/**
 * One tag per published image and architecture; any change of registry, version or digest gives another one.
 * @param {BuildSettings} settings
 * @param {string} published
 */
export function mirrorTag({ app, service, architecture }, published) {
  const [, version = ''] = /:([\w.-]+)(@|$)/.exec(published) ?? []
  const digest = createHash('sha256').update(published).digest('hex').slice(0, 12)
  return `${app}-${service}-${version.slice(0, 40)}-${ARCHITECTURES[architecture]}-${digest}`
}

/** @param {BuildSettings} settings */
const repositoryName = ({ stage }) => `nanofleet-${stage}-upstream`

/**
 * @param {BuildSettings} settings
 * @param {Run} run
 * @returns {Promise<string>}
 */
async function repository(settings, run) {
  const names = ['--repository-names', repositoryName(settings)]
  const answer = await run(ecr(settings, 'describe-repositories', ...names))
  return JSON.parse(answer).repositories[0].repositoryUri
}

/**
 * The password is piped from one program to the other: the build's log shows what a command prints.
 * @param {BuildSettings} settings
 * @param {string} uri
 * @returns {Command}
 */
function login({ region }, uri) {
  const [host = ''] = uri.split('/')
  const script =
    'aws ecr get-login-password --region "$0" | docker login --username AWS --password-stdin "$1"'
  return { program: 'sh', args: ['-c', script, region, host] }
}

/**
 * batch-get-image answers for a missing tag; describe-images fails.
 * @param {BuildSettings} settings
 * @param {string} published
 * @param {Run} run
 * @returns {Promise<string | undefined>}
 */
async function mirroredDigest(settings, published, run) {
  const tag = mirrorTag(settings, published)
  const which = ['--repository-name', repositoryName(settings), '--image-ids', `imageTag=${tag}`]
  const query = ['--query', '{digests: images[].imageId.imageDigest, failures: failures[].failureCode}']
  const answer = JSON.parse(await run(ecr(settings, 'batch-get-image', ...which, ...query)))
  const failure = answer.failures.find((/** @type {string} */ code) => code !== 'ImageNotFound')
  if (failure) throw new BuildFailure(`ECR cannot say whether ${tag} exists: ${failure}`)
  return answer.digests[0]
}

/**
 * @param {BuildSettings} settings
 * @param {string[]} args
 * @returns {Command}
 */
const ecr = ({ region }, ...args) => ({
  program: 'aws',
  args: ['ecr', ...args, '--region', region, '--output', 'json'],
})
