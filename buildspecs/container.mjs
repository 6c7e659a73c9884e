// @ts-check
import { mkdirSync, rmSync } from 'node:fs'
import { imageFolder } from './archive.mjs'
import { tidyRoot } from './root-tree.mjs'

/** How Docker and Go call an architecture. */
export const ARCHITECTURES = { x86_64: 'amd64', arm64: 'arm64' }

/** @param {'x86_64' | 'arm64'} architecture */
export const platform = (architecture) => `linux/${ARCHITECTURES[architecture]}`

/**
 * Builds a service's Dockerfile and unpacks the file system of the result. The container is never started, so
 * it needs no shell.
 * @param {import('./settings.mjs').BuildSettings} settings
 * @param {string | undefined} base the mirrored image that the Dockerfile starts from, if there is one
 * @param {string} root the folder to make, for the file system as ops can pack it
 * @param {import('./commands.mjs').Run} run
 */
export async function containerRoot(settings, base, root, run) {
  const { app, service, hash, architecture } = settings
  const image = `nanofleet/${app}-${service}:${hash}`
  const from = base ? ['--build-arg', `UPSTREAM=${base}`] : []
  const which = ['--platform', platform(architecture)]
  const file = ['--file', `${imageFolder(settings)}/Dockerfile`, '--tag', image, '.']
  await run({ program: 'docker', args: ['build', ...which, ...from, ...file] })
  // An image without a CMD needs one to become a container, though nothing runs it.
  const made = await run({ program: 'docker', args: ['create', ...which, image, '/'], quiet: true })
  const container = made.trim().split('\n').at(-1) ?? ''
  const archive = `${root}.tar`
  try {
    await run({ program: 'docker', args: ['export', '--output', archive, container] })
  } finally {
    await run({ program: 'docker', args: ['rm', container], quiet: true })
  }
  await unpack(archive, root, run)
  rmSync(archive)
}

/**
 * Unpacks a container's file system and puts right what ops cannot pack.
 * @param {string} archive a tar, as `docker export` writes it
 * @param {string} root the folder to make
 * @param {import('./commands.mjs').Run} run
 */
export async function unpack(archive, root, run) {
  mkdirSync(root)
  // Nobody but root makes devices, which are left out anyway.
  const left = ['dev', 'proc', 'sys'].flatMap((name) => [`--exclude=${name}/*`, `--exclude=./${name}/*`])
  const own = ['--no-same-owner', '--no-same-permissions']
  await run({ program: 'tar', args: ['--extract', ...own, ...left, '--file', archive, '--directory', root] })
  const { dropped } = tidyRoot(root)
  if (dropped.length === 0) return
  const some = dropped.slice(0, 5).join(', ')
  const more = dropped.length > 5 ? ` and ${dropped.length - 5} more` : ''
  process.stdout.write(`Not in the image, as they are no files or lead to none: ${some}${more}\n`)
}
