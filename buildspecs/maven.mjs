// @ts-check
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { BuildFailure } from './failure.mjs'
import { mavenRepository } from './settings.mjs'

/** Every jar of a program with its SHA-256, those that its dependencies need included. */
export const MAVEN_LOCK = 'maven.lock.json'

/**
 * The jars of a program's lock, each checked against its SHA-256.
 * @param {string} source
 * @param {import('./pom.mjs').Pom} pom
 * @param {string | undefined} programs where a machine keeps them between builds
 * @returns {Promise<{name: string, content: Buffer}[]>}
 * @throws {BuildFailure} when pom.xml names what the lock does not have, or a jar is another one
 */
export async function lockedJars(source, pom, programs) {
  const locked = readLock(source)
  for (const { name, version } of pom.dependencies) {
    const prefix = `${name}:${version === undefined ? '' : version}`
    const found = [...locked.keys()].some((one) => one === prefix || (!version && one.startsWith(prefix)))
    if (!found)
      throw new BuildFailure(
        `${source}/pom.xml: ${name}${version ? `:${version}` : ''} is not in ${MAVEN_LOCK}; run node buildspecs/maven-lock.mjs ${source}`,
      )
  }
  return Promise.all(
    [...locked].map(async ([artifact, digest]) => ({
      name: `${artifact.split(':').slice(1).join('-')}.jar`,
      content: await lockedJar(artifact, digest, programs),
    })),
  )
}

/**
 * @param {string} artifact `group:artifact:version`
 * @param {string} digest SHA-256 of its jar
 * @param {string | undefined} programs
 * @returns {Promise<Buffer>}
 */
export async function lockedJar(artifact, digest, programs) {
  const kept = programs && join(programs, 'maven', `${digest}.jar`)
  if (kept && existsSync(kept)) {
    const content = readFileSync(kept)
    if (sha256(content) === digest) return content
  }
  const [, name = '', version = ''] = artifact.split(':')
  const content = await checkedDownload(artifact, `${name}-${version}.jar`, digest)
  if (kept) {
    mkdirSync(dirname(kept), { recursive: true })
    // Several builds may write the same jar at the same time.
    const written = `${kept}.${process.pid}`
    writeFileSync(written, content)
    renameSync(written, kept)
  }
  return content
}

/**
 * @param {string} artifact `group:artifact:version`
 * @param {string} file one of its files
 * @param {string} digest SHA-256 of the file
 * @returns {Promise<Buffer>}
 */
export async function checkedDownload(artifact, file, digest) {
  const [group = '', name = '', version = ''] = artifact.split(':')
  const url = `${mavenRepository()}/${group.replaceAll('.', '/')}/${name}/${version}/${file}`
  const content = await download(url, artifact)
  const found = sha256(content)
  if (found === digest) return content
  throw new BuildFailure(`${artifact}: ${file} has SHA-256 ${found}, and must have ${digest}`)
}

/** @param {string} url @param {string} artifact */
async function download(url, artifact) {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(120_000) })
    if (!answer.ok) throw new Error(`${url} answers ${answer.status}`)
    return Buffer.from(await answer.arrayBuffer())
  } catch (error) {
    throw new BuildFailure(`${artifact} cannot be downloaded`, { cause: error })
  }
}

/** @param {Buffer} content */
export const sha256 = (content) => createHash('sha256').update(content).digest('hex')

/** @param {string} source @returns {Map<string, string>} digest by artifact */
function readLock(source) {
  const file = join(source, MAVEN_LOCK)
  if (!existsSync(file)) return new Map()
  try {
    const lock = new Map(Object.entries(JSON.parse(readFileSync(file, 'utf8'))))
    for (const [artifact, digest] of lock)
      if (!/^[\w.-]+:[\w.-]+:[\w.-]+$/.test(artifact) || !/^[0-9a-f]{64}$/.test(String(digest)))
        throw new Error(`${artifact} must be group:artifact:version with the SHA-256 of its jar`)
    return lock
  } catch (error) {
    throw new BuildFailure(`${file}: cannot be read`, { cause: error })
  }
}
