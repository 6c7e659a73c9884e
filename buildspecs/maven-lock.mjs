#!/usr/bin/env node
// @ts-check
/**
 * `node buildspecs/maven-lock.mjs <source>`: writes maven.lock.json beside pom.xml, with the SHA-256 of each
 * jar that the program needs when it runs. Maven itself works out which these are: the machine's, or one
 * that is downloaded once. Builds need none.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { resolve as absolute, basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { BuildFailure, runScript } from './failure.mjs'
import { MAVEN_LOCK, sha256 } from './maven.mjs'
import { mavenOf } from './maven-client.mjs'
import { keptPrograms, programEnvironment } from './settings.mjs'

/**
 * The lock for a class path as Maven writes it, from files in Maven's own folder.
 * @param {string} classPath
 * @param {string} repository Maven's folder, such as ~/.m2/repository
 * @param {(file: string) => Buffer} read
 * @returns {Record<string, string>}
 * @throws {BuildFailure} for a jar with a classifier, which the lock cannot name
 */
export function lockOf(classPath, repository, read) {
  const files = classPath.trim().split(':').filter(Boolean).sort()
  return Object.fromEntries(
    files.map((file) => {
      const [version, name, ...groups] = dirname(file)
        .slice(repository.length + 1)
        .split('/')
        .reverse()
      const artifact = `${groups.reverse().join('.')}:${name}:${version}`
      if (basename(file) !== `${name}-${version}.jar`)
        throw new BuildFailure(
          `${artifact}: ${basename(file)} has a classifier; build one jar with all in it`,
        )
      return [artifact, sha256(read(file))]
    }),
  )
}

/** @param {string} source */
async function resolve(source) {
  const folder = mkdtempSync(join(tmpdir(), 'maven-'))
  try {
    const file = join(folder, 'classpath')
    const repository = join(folder, 'repository')
    const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:build-classpath'
    const flags = ['-q', '-B', `-Dmaven.repo.local=${repository}`, '-DincludeScope=runtime']
    const { program, args } = await mavenOf(absolute(source), keptPrograms() ?? folder)
    const { error, status } = spawnSync(program, [...args, ...flags, goal, `-Dmdep.outputFile=${file}`], {
      cwd: source,
      stdio: 'inherit',
      env: programEnvironment({}),
    })
    if (error) throw new BuildFailure(`cannot run ${program}`, { cause: error })
    if (status !== 0) throw new BuildFailure(`${source}: Maven ended with status ${status}`)
    return lockOf(readFileSync(file, 'utf8'), repository, (jar) => readFileSync(jar))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runScript(async () => {
    const [source] = process.argv.slice(2)
    if (!source) throw new BuildFailure('usage: node buildspecs/maven-lock.mjs <source>')
    const lock = await resolve(source)
    writeFileSync(join(source, MAVEN_LOCK), `${JSON.stringify(lock, null, 2)}\n`)
    process.stdout.write(`${Object.keys(lock).length} jars in ${join(source, MAVEN_LOCK)}\n`)
  })
}
