// @ts-check
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { BuildFailure } from './failure.mjs'
import { compilerOf, runtimeOf } from './java-tools.mjs'
import { lockedJars } from './maven.mjs'
import { readPom } from './pom.mjs'
import { programEnvironment } from './settings.mjs'
import { storedZip } from './zip.mjs'

/** The jar that `java -jar` starts, for every Java program. */
export const JAR = 'app.jar'

/**
 * A folder with one jar becomes `app.jar`. A folder with pom.xml is compiled from `src/main/java`: `classes/`
 * with `src/main/resources`, `lib/` with the jars of maven.lock.json, and an app.jar that names them and the
 * main class.
 * @param {string} source
 * @param {string} out
 * @param {string | undefined} programs where a machine keeps what it downloaded
 * @throws {BuildFailure} when there is nothing to start, a jar is not locked, or the compiler refuses
 */
export async function packJava(source, out, programs) {
  if (!existsSync(join(source, 'pom.xml'))) {
    takeJar(source, out)
    return
  }
  const pom = readPom(source)
  const jars = await lockedJars(source, pom, programs)
  mkdirSync(join(out, 'lib'), { recursive: true })
  for (const { name, content } of jars) writeFileSync(join(out, 'lib', name), content)
  const classes = join(out, 'classes')
  mkdirSync(classes)
  const resources = join(source, 'src/main/resources')
  if (existsSync(resources)) cpSync(resources, classes, { recursive: true })
  const files = javaFiles(source)
  const libraries = jars.map(({ name }) => join(out, 'lib', name))
  const path = [classes, ...libraries].join(':')
  const flags = ['-encoding', 'UTF-8', '-d', classes, '-cp', path, '-proc:none', '-nowarn']
  const { program, args } = await compilerOf(pom.release, programs)
  runJava(source, program, [...args, ...flags, ...files])
  const main = pom.mainClass ?? mainClassOf(source, files)
  const places = ['classes/', ...jars.map(({ name }) => `lib/${name}`)]
  writeFileSync(join(out, JAR), storedZip('META-INF/MANIFEST.MF', manifest(main, places)))
}

/**
 * Puts this machine's Java, or the one that a build downloads, at its place in an image's file system.
 * @param {string} program `Program` of config.json
 * @param {string} root the folder that is the image's `/`
 * @param {string | undefined} programs
 */
export function installJava(program, root, programs) {
  const target = join(root, program)
  mkdirSync(dirname(target), { recursive: true })
  symlinkSync(runtimeOf(programs), target)
}

/** @param {string} source @param {string} out */
function takeJar(source, out) {
  const jars = readdirSync(source).filter((name) => name.endsWith('.jar'))
  const [jar] = jars
  if (jar === undefined || jars.length > 1)
    throw new BuildFailure(
      `${source}: holds ${jars.join(', ')}; without a pom.xml it must be one jar, with its packages inside`,
    )
  cpSync(source, out, { recursive: true })
  if (jar !== JAR) cpSync(join(source, jar), join(out, JAR))
}

/** @param {string} source */
function javaFiles(source) {
  const folder = join(source, 'src/main/java')
  const files = existsSync(folder) ? readdirSync(folder, { withFileTypes: true, recursive: true }) : []
  const found = files.filter((entry) => entry.isFile() && entry.name.endsWith('.java'))
  if (found.length === 0) throw new BuildFailure(`${source}: has no src/main/java with sources`)
  return found.map((entry) => join(entry.parentPath, entry.name)).sort()
}

/** @param {string} source @param {string[]} files */
function mainClassOf(source, files) {
  const found = files.flatMap((file) => {
    const text = readFileSync(file, 'utf8')
    if (!/\bstatic\s+void\s+main\s*\(/.test(text)) return []
    const folder = /^\s*package\s+([\w.]+)\s*;/m.exec(text)?.[1]
    const name = file.slice(file.lastIndexOf('/') + 1, -'.java'.length)
    return [folder === undefined ? name : `${folder}.${name}`]
  })
  const [main] = found
  if (main !== undefined && found.length === 1) return main
  const which = found.length === 0 ? 'no class has' : `${found.join(' and ')} each have`
  throw new BuildFailure(`${source}/pom.xml: ${which} a main method; name one as the property exec.mainClass`)
}

/**
 * Lines of a manifest have 72 bytes at most; what follows begins with a space.
 * @param {string} main @param {string[]} places
 */
function manifest(main, places) {
  const fold = (/** @type {string} */ line) => line.replace(/^.{70}|.{69}/g, '$&\r\n ').replace(/\r\n $/, '')
  const lines = ['Manifest-Version: 1.0', `Main-Class: ${main}`, `Class-Path: ${places.join(' ')}`]
  return `${lines.map(fold).join('\r\n')}\r\n`
}

/** @param {string} source @param {string} program @param {string[]} args */
function runJava(source, program, args) {
  const { error, status } = spawnSync(program, args, { stdio: 'inherit', env: programEnvironment({}) })
  if (error) throw new BuildFailure(`cannot run ${program}`, { cause: error })
  if (status !== 0) throw new BuildFailure(`${source}: the compiler ended with status ${status}`)
}
