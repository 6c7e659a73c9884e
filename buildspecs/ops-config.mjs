// @ts-check
import { BuildFailure } from './failure.mjs'
import { identity } from './tags.mjs'

/** The first Nanos whose klib `userdata` reads EC2 user data under that name. */
const USERDATA_SINCE = [0, 1, 55]

/** ops derives the architecture of an AMI from the instance type; these families are in its table. */
const FLAVORS = { x86_64: 't3.micro', arm64: 't4g.micro' }

/**
 * The configuration with which ops makes the AMI: the service's own plus what the stage adds.
 *
 * The program is left out, because the package made from the container names it, and ops puts its path before
 * Args. CreatedBy is left out, because ops adds that tag itself and EC2 refuses duplicate keys.
 * @param {Record<string, any>} config the service's config.json
 * @param {import('./settings.mjs').BuildSettings} settings
 * @returns {Record<string, any>}
 * @throws {BuildFailure} for a Nanos version that cannot pass on the environment
 */
export function imageConfig({ Program: _program, ...config }, settings) {
  requireUserdata(settings.nanosVersion)
  const { name, tags } = identity(settings)
  const own = tags
    .filter(({ Key }) => Key !== 'CreatedBy')
    .map(({ Key, Value }) => ({ key: Key, value: Value }))
  return {
    ...config,
    NanosVersion: settings.nanosVersion,
    NameServers: settings.resolvers,
    // `userdata` gives the program its environment at boot; it talks to the metadata service through `tls`.
    Klibs: [...new Set([...(config.Klibs ?? []), 'tls', 'userdata'])],
    CloudConfig: {
      ...config.CloudConfig,
      Platform: 'aws',
      Zone: settings.region,
      BucketName: settings.bucket,
      Flavor: FLAVORS[settings.architecture],
      ImageName: name,
      Tags: own,
      // The role vmimport is for volumes; without this ops would create it.
      SkipImportVerify: true,
    },
  }
}

/** @param {string} version such as 0.1.55 */
function requireUserdata(version) {
  const parts = version.split('.').map(Number)
  if (parts.length !== 3 || parts.some(Number.isNaN)) {
    throw new BuildFailure(`NANOS_VERSION is ${JSON.stringify(version)}; pin a version such as 0.1.55`)
  }
  for (const [index, least] of USERDATA_SINCE.entries()) {
    const part = parts[index] ?? 0
    if (part > least) return
    if (part < least)
      throw new BuildFailure(`NANOS_VERSION is ${version}; the klib userdata needs 0.1.55 or later`)
  }
}
