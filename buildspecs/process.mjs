#!/usr/bin/env node
// @ts-check
/**
 * Packs a service for the local region: compiles its source, or takes a program that set-up provides, and
 * registers an AMI whose snapshot is a folder. The EC2 calls are the usual ones for making an AMI from a
 * volume; only the snapshot's content is written as files.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { findSource, readConfig } from './archive.mjs'
import { compile } from './compile.mjs'
import { BuildFailure, runScript } from './failure.mjs'
import { installJava } from './java.mjs'
import { installProgram, knownProgram } from './known-programs.mjs'
import { KNOWN, languageOf } from './languages.mjs'
import { importFrom, moduleRoots } from './modules.mjs'
import { place } from './placing.mjs'
import { installPython } from './python.mjs'
import { imageRequest } from './register.mjs'
import { buildSettings } from './settings.mjs'
import { identity } from './tags.mjs'

/**
 * Registers the AMI of a compiled service; after a failure, what is half done is removed.
 * @param {{send(command: object): Promise<any>}} client EC2
 * @param {any} ec2 the package @aws-sdk/client-ec2
 * @param {import('./settings.mjs').BuildSettings & {snapshots: string}} settings
 * @param {(folder: string) => void} fill writes the snapshot's content into its folder
 * @returns {Promise<string>} the id of the AMI
 */
export async function register(client, ec2, settings, fill) {
  const { name, tags } = identity(settings)
  /** @param {string} ResourceType */
  const tagged = (ResourceType) => [{ ResourceType, Tags: tags }]
  const { VolumeId } = await client.send(
    new ec2.CreateVolumeCommand({
      AvailabilityZone: `${settings.region}a`,
      Size: 1,
      TagSpecifications: tagged('volume'),
    }),
  )
  try {
    const { SnapshotId } = await client.send(
      new ec2.CreateSnapshotCommand({ VolumeId, Description: name, TagSpecifications: tagged('snapshot') }),
    )
    try {
      fill(join(settings.snapshots, SnapshotId))
      const { ImageId } = await client.send(new ec2.RegisterImageCommand(imageRequest(settings, SnapshotId)))
      return ImageId
    } catch (error) {
      await client.send(new ec2.DeleteSnapshotCommand({ SnapshotId }))
      throw error
    }
  } finally {
    await client.send(new ec2.DeleteVolumeCommand({ VolumeId }))
  }
}

/**
 * Writes the file system of a service's image into a folder.
 * @param {import('./settings.mjs').BuildSettings} settings
 * @param {Record<string, any>} config the service's config.json
 * @param {string} out
 * @throws {BuildFailure} when there is nothing to pack
 */
export async function makeRoot(settings, config, out) {
  const { root, repository, programs, app, service, upstream } = settings
  if (upstream)
    throw new BuildFailure(
      `the packager process cannot pack published images such as ${upstream}; only ops can`,
    )
  const source = findSource(root)
  if (source) {
    process.stdout.write(`Compiling ${source}\n`)
    const folder = join(root, source)
    const names = [basename(String(config.Program ?? '')), service]
    await compile(folder, join(out, 'app'), { root, repository, programs, names })
    place(languageOf(folder), config, out, folder)
    if (languageOf(folder) === 'javascript') closeOff(out)
    installRuntime(folder, config, out, settings)
    return
  }
  const program = knownProgram(config, programs)
  if (!program) {
    throw new BuildFailure(
      `images/${app}/${service}: no source with ${KNOWN}, and set-up does not provide Program; the packager process packs nothing else`,
    )
  }
  process.stdout.write(`Packing ${program}\n`)
  installProgram(program, config, out)
}

/**
 * Node asks the nearest package.json above a file what the file is. On AWS nothing is above the image; here
 * that may be the one of your repository, which says what its own files are.
 * @param {string} out
 */
function closeOff(out) {
  if (!existsSync(join(out, 'package.json'))) writeFileSync(join(out, 'package.json'), '{}\n')
}

/**
 * What starts a program that is not one by itself. The region has Node; of Python and Java this machine's
 * is linked, at the place where the image for AWS has its own.
 * @param {string} source
 * @param {Record<string, any>} config
 * @param {string} out
 * @param {import('./settings.mjs').BuildSettings} settings
 * @throws {BuildFailure} for a `Program` that does not start this language
 */
function installRuntime(source, { Program }, out, { programs, app, service }) {
  const language = languageOf(source)
  const name = basename(String(Program ?? ''))
  const wanted = { python: /^python/, java: /^java$/ }[String(language)]
  if (!wanted) return
  const usual = language === 'java' ? '/opt/java/openjdk/bin/java' : '/usr/local/bin/python3.13'
  const example = `name the program that does, such as ${usual}`
  if (!wanted.test(name))
    throw new BuildFailure(
      `images/${app}/${service}/config.json: Program is ${Program} and does not start ${language}; ${example}`,
    )
  if (language === 'python') installPython(Program, out)
  else installJava(Program, out, programs)
}

async function main() {
  const settings = buildSettings()
  const { root, repository, snapshots, architecture } = settings
  if (!snapshots)
    throw new BuildFailure('NANOFLEET_SNAPSHOTS is not set; the packager process needs the local region')
  const config = readConfig(root, settings)
  const out = mkdtempSync(join(tmpdir(), 'out-'))
  try {
    await makeRoot(settings, config, out)
    const ec2 = await importFrom('@aws-sdk/client-ec2', moduleRoots(root, repository))
    const imageId = await register(new ec2.EC2Client({}), ec2, { ...settings, snapshots }, (folder) => {
      mkdirSync(folder, { recursive: true })
      // Links lead where they led: to Python and Java of this machine.
      cpSync(out, join(folder, 'root'), { recursive: true, verbatimSymlinks: true })
      writeFileSync(join(folder, 'image.json'), `${JSON.stringify(config, null, 2)}\n`)
    })
    writeFileSync(join(root, 'image-id'), imageId)
    process.stdout.write(`Registered ${imageId} for ${architecture}\n`)
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}

if (process.argv[1]?.endsWith('/process.mjs')) await runScript(main)
