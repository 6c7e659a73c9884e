#!/usr/bin/env node
// @ts-check
/**
 * Packs a service as a unikernel: mirrors the published image if it is based on one, builds its Dockerfile,
 * lets nanovms/ops make a disk image of the container's file system, and makes an AMI of that. Snapshot and
 * AMI carry the stage's tags from their first moment; after a failure the snapshot is deleted.
 */
import { rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readConfig } from './archive.mjs'
import { awsFrom } from './aws.mjs'
import { runProgram } from './commands.mjs'
import { BLOCK_BYTES } from './disk-blocks.mjs'
import { makeDiskImage } from './disk-image.mjs'
import { BuildFailure, runScript } from './failure.mjs'
import { moduleRoots } from './modules.mjs'
import { awaitCompleted, registerImage } from './register.mjs'
import { buildSettings } from './settings.mjs'
import { makeSnapshot, remove } from './snapshot.mjs'
import { identity } from './tags.mjs'
import { prepareTools } from './tools.mjs'
import { mirroredImage } from './upstream.mjs'

/**
 * Makes the AMI of a disk image; what is half done is removed after a failure.
 * @param {import('./aws.mjs').Aws} aws
 * @param {import('./settings.mjs').BuildSettings} settings
 * @param {string} file the disk image
 * @param {AbortSignal} [signal]
 * @returns {Promise<string>} the id of the AMI
 */
export async function makeAmi(aws, settings, file, signal) {
  const { name, tags } = identity(settings)
  const upload = { file, description: name, tags, token: settings.build, parent: settings.parent }
  const since = Date.now()
  const { snapshotId, gibibytes, sent, kept } = await makeSnapshot(aws, upload, signal)
  const seconds = ((Date.now() - since) / 1000).toFixed(1)
  const size = Math.ceil(((sent + kept) * BLOCK_BYTES) / 1e6)
  process.stdout.write(
    `${snapshotId}: ${size} MB on a volume of ${gibibytes} GiB, ${sent} blocks sent and ${kept} kept in ${seconds} s\n`,
  )
  try {
    await awaitCompleted(aws, snapshotId, signal)
    return await registerImage(aws, settings, snapshotId)
  } catch (error) {
    await remove(aws, snapshotId)
    throw error
  }
}

async function main() {
  const settings = buildSettings()
  const config = readConfig(settings.root, settings)
  const aws = awsFrom(moduleRoots(join(settings.root, 'buildspecs'), settings.repository))
  const ended = new AbortController()
  process.once('SIGTERM', () => ended.abort(new Error('the build was stopped')))
  /** @type {import('./commands.mjs').Run} */
  const run = (command) => runProgram(command, ended.signal)
  const tools = await prepareTools(settings.architecture, settings.root, run)
  try {
    const base = settings.upstream && (await mirroredImage(settings, settings.upstream, run))
    const disk = await makeDiskImage(settings, config, base, tools, run)
    process.stdout.write(`The disk image has ${Math.ceil(statSync(disk).size / 1e6)} MB, holes included\n`)
    const imageId = await makeAmi(aws, settings, disk, ended.signal)
    writeFileSync(join(settings.root, 'image-id'), imageId)
    process.stdout.write(`Registered ${imageId} for ${settings.architecture}\n`)
  } catch (cause) {
    throw ended.signal.aborted ? new BuildFailure('the build was stopped', { cause }) : cause
  } finally {
    rmSync(tools.home, { recursive: true, force: true })
  }
}

if (process.argv[1]?.endsWith('/ops.mjs')) await runScript(main)
