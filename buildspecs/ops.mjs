#!/usr/bin/env node
// @ts-check
/**
 * Packs a service as a unikernel: mirrors the published image if it is based on one, builds its Dockerfile,
 * lets nanovms/ops make an AMI from the result, and completes the tags. A failed build removes what is
 * recognizably its own. The untagged snapshot of an interrupted upload is not, because another build's upload
 * looks the same: a person has to remove it.
 */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { readConfig } from './archive.mjs'
import { BuildFailure, runScript } from './failure.mjs'
import { findImages, imageCommands, removalCommands, tagResources } from './ops-commands.mjs'
import { imageConfig } from './ops-config.mjs'
import { buildSettings } from './settings.mjs'
import { mirroredImage } from './upstream.mjs'

/**
 * @typedef {(command: import('./ops-commands.mjs').Command) => Promise<string>} Run runs a program and
 * returns its output
 * @typedef {{ImageId: string, CreationDate: string, BlockDeviceMappings?: {Ebs?: {SnapshotId?: string}}[]}}
 * Image
 */

/**
 * Makes the AMI of a service.
 * @param {import('./settings.mjs').BuildSettings} settings
 * @param {Record<string, any>} config the service's config.json
 * @param {string} configFile the file with the final configuration for ops
 * @param {Run} run
 * @param {(milliseconds: number) => Promise<unknown>} [sleep]
 * @returns {Promise<string>} the id of the AMI
 */
export async function makeImage(settings, config, configFile, run, sleep = pause) {
  const base = settings.upstream && (await mirroredImage(settings, settings.upstream, run))
  const before = new Set((await images(settings, run)).map(({ ImageId }) => ImageId))
  let output = ''
  try {
    for (const command of imageCommands(settings, config, configFile, base)) output += await run(command)
    const image = await newImage(settings, before, run, sleep)
    if (!image) throw new BuildFailure('ops succeeded, but EC2 has no new AMI of this image')
    await run(tagResources(settings, [image.ImageId, ...snapshotsOf([image])]))
    return image.ImageId
  } catch (error) {
    const failure = error instanceof FailedCommand ? `${output}${error.output}` : output
    try {
      await removeLeftovers(settings, before, failure, run)
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new BuildFailure(
        `the build failed and what it left behind could not be removed (${why}); remove it by hand`,
        {
          cause: error,
        },
      )
    }
    throw error
  }
}

const LOOKS = 15
const LOOK_MS = 2000

/**
 * The newest image that was not there before the build. EC2 may show it some seconds after it was registered
 * ("Eventual consistency in the Amazon EC2 API"), so half a minute is waited for it.
 * @param {import('./settings.mjs').BuildSettings} settings
 * @param {Set<string>} before
 * @param {Run} run
 * @param {(milliseconds: number) => Promise<unknown>} sleep
 */
async function newImage(settings, before, run, sleep) {
  for (let look = 0; ; look++) {
    const made = (await images(settings, run)).filter(({ ImageId }) => !before.has(ImageId))
    if (made.length > 0 || look === LOOKS)
      return made.sort((a, b) => b.CreationDate.localeCompare(a.CreationDate))[0]
    await sleep(LOOK_MS)
  }
}

/** A program ended with a status other than 0. */
export class FailedCommand extends BuildFailure {
  /**
   * @param {string} message
   * @param {string} output what the program printed
   */
  constructor(message, output) {
    super(message)
    this.output = output
  }
}

/**
 * @param {import('./settings.mjs').BuildSettings} settings
 * @param {Set<string>} before the AMIs that existed before the build
 * @param {string} output what the programs printed; ops names the snapshot in some of its errors
 * @param {Run} run
 */
async function removeLeftovers(settings, before, output, run) {
  const made = (await images(settings, run)).filter(({ ImageId }) => !before.has(ImageId))
  const snapshots = [...new Set([...snapshotsOf(made), ...(output.match(/\bsnap-[0-9a-f]{8,17}\b/g) ?? [])])]
  const ids = made.map(({ ImageId }) => ImageId)
  if (ids.length + snapshots.length === 0) return
  // The build's role may remove only what carries the stage's tags.
  await run(tagResources(settings, [...ids, ...snapshots]))
  for (const command of removalCommands(settings, { images: ids, snapshots })) await run(command)
}

/**
 * @param {import('./settings.mjs').BuildSettings} settings
 * @param {Run} run
 * @returns {Promise<Image[]>}
 */
const images = async (settings, run) => JSON.parse(await run(findImages(settings))).Images

/** @param {Image[]} found */
const snapshotsOf = (found) =>
  found.flatMap(({ BlockDeviceMappings }) =>
    (BlockDeviceMappings ?? []).flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []),
  )

/**
 * Runs a program, shows its output and returns it.
 * @type {Run}
 */
export function runProgram({ program, args }) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    /** @param {NodeJS.WriteStream} target */
    const showOn = (target) => (/** @type {Buffer} */ chunk) => {
      output += chunk.toString()
      target.write(chunk)
    }
    child.stdout.on('data', showOn(process.stdout))
    child.stderr.on('data', showOn(process.stderr))
    child.on('error', (cause) =>
      reject(new BuildFailure(`the program ${program} cannot be started`, { cause })),
    )
    child.on('close', (code) => {
      if (code === 0) resolve(output)
      else
        reject(
          new FailedCommand(`${program} ${args.slice(0, 2).join(' ')} ended with status ${code}`, output),
        )
    })
  })
}

async function main() {
  const settings = buildSettings()
  const config = readConfig(settings.root, settings)
  const configFile = join(settings.root, 'ops-config.json')
  writeFileSync(configFile, `${JSON.stringify(imageConfig(config, settings), null, 2)}\n`)
  const imageId = await makeImage(settings, config, configFile, runProgram)
  writeFileSync(join(settings.root, 'image-id'), imageId)
  process.stdout.write(`Registered ${imageId} for ${settings.architecture}\n`)
}

if (process.argv[1]?.endsWith('/ops.mjs')) await runScript(main)
