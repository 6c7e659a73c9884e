#!/usr/bin/env node
// @ts-check
/**
 * Packs a service as a unikernel: mirrors the published image if it is based on one, builds its Dockerfile
 * and lets nanovms/ops make an AMI from the result. It removes nothing, as it could not show what is its own:
 * ops tags what it makes only afterwards. What a failed build leaves goes with `clean-amis` if ops has tagged
 * it; the untagged snapshot of an interrupted upload is left for a person.
 */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { readConfig } from './archive.mjs'
import { BuildFailure, runScript } from './failure.mjs'
import { findImages, imageCommands } from './ops-commands.mjs'
import { imageConfig } from './ops-config.mjs'
import { buildSettings } from './settings.mjs'
import { mirroredImage } from './upstream.mjs'

/**
 * @typedef {(command: import('./ops-commands.mjs').Command) => Promise<string>} Run runs a program and
 * returns its output
 * @typedef {{ImageId: string, CreationDate: string}} Image
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
  for (const command of imageCommands(settings, config, configFile, base)) await run(command)
  const image = await newImage(settings, before, run, sleep)
  if (!image) throw new BuildFailure('ops succeeded, but EC2 has no new AMI of this image')
  return image.ImageId
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
 * @param {Run} run
 * @returns {Promise<Image[]>}
 */
const images = async (settings, run) => JSON.parse(await run(findImages(settings))).Images

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
