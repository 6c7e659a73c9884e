// @ts-check
import { imageFolder } from './archive.mjs'
import { BuildFailure } from './failure.mjs'
import { identity } from './tags.mjs'

/**
 * @typedef {object} Command
 * @property {string} program
 * @property {string[]} args
 */

export const PLATFORMS = { x86_64: 'linux/amd64', arm64: 'linux/arm64' }
export const ARCHITECTURES = { x86_64: 'amd64', arm64: 'arm64' }

/**
 * The programs that make an AMI from a service's Dockerfile, in order.
 * @param {import('./settings.mjs').BuildSettings} settings
 * @param {Record<string, any>} config the service's config.json
 * @param {string} configFile the final configuration for ops
 * @param {string} [base] the mirrored image that the Dockerfile starts from, if it is a published one
 * @returns {Command[]}
 */
export function imageCommands(settings, config, configFile, base) {
  const { app, service, hash, region, architecture, nanosVersion } = settings
  const { name } = identity(settings)
  const container = `nanofleet/${app}-${service}:${hash}`
  if (typeof config.Program !== 'string' || !config.Program.startsWith('/')) {
    throw new BuildFailure(
      `${imageFolder(settings)}/config.json: Program is missing; set it to the program's absolute path`,
    )
  }
  // Published images may have no shell, which ops would run in them to find libraries; the copy has the
  // libraries anyway.
  const shellLess = base ? ['--nodiscover'] : []
  const from = base ? ['--build-arg', `UPSTREAM=${base}`] : []
  const dockerfile = ['--file', `${imageFolder(settings)}/Dockerfile`]
  return [
    {
      program: 'docker',
      args: ['build', '--platform', PLATFORMS[architecture], ...from, ...dockerfile, '--tag', container, '.'],
    },
    {
      program: 'ops',
      // --copy: interpreters load files that no linker knows about.
      args: [
        'pkg',
        'from-docker',
        container,
        '--file',
        config.Program,
        '--name',
        name,
        '--copy',
        ...shellLess,
      ],
    },
    {
      program: 'ops',
      args: [
        'image',
        'create',
        '--package',
        name,
        '--local',
        '--arch',
        ARCHITECTURES[architecture],
        '--config',
        configFile,
        '--target-cloud',
        'aws',
        '--zone',
        region,
        '--imagename',
        name,
        '--nanos-version',
        nanosVersion,
      ],
    },
  ]
}

/**
 * Asks EC2 for the AMIs that ops made under the image's name; ops appends the time to it.
 * @param {import('./settings.mjs').BuildSettings} settings
 * @returns {Command}
 */
export const findImages = (settings) => ({
  program: 'aws',
  args: [
    'ec2',
    'describe-images',
    '--region',
    settings.region,
    '--owners',
    'self',
    '--filters',
    `Name=name,Values=${identity(settings).name}*`,
    '--output',
    'json',
  ],
})
