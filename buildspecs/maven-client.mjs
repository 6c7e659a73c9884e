// @ts-check
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BuildFailure } from './failure.mjs'
import { runtimeOf } from './java-tools.mjs'
import { checkedDownload } from './maven.mjs'
import { programEnvironment, searchPath } from './settings.mjs'

/** Maven as a package of Maven Central; the SHA-512 that is published beside it was checked. */
const MAVEN = {
  artifact: 'org.apache.maven:apache-maven:3.9.16',
  file: 'apache-maven-3.9.16-bin.tar.gz',
  digest: '80ffca22aed9e8b9713a232f3394fd81d7f20322df75efdb2b047dbd3e3a23bb',
}

/**
 * How Maven is started: the machine's `mvn`, else one that is downloaded once, with the Java of builds.
 * @param {string} source the folder with pom.xml
 * @param {string} programs where it is kept
 * @returns {Promise<{program: string, args: string[]}>}
 */
export async function mavenOf(source, programs) {
  const own = searchPath()
    .split(':')
    .map((folder) => join(folder, 'mvn'))
    .find((file) => file.startsWith('/') && existsSync(file))
  if (own) return { program: own, args: [] }
  const java = runtimeOf(programs)
  const home = await downloaded(programs)
  // As bin/mvn does, which needs a shell.
  const args = [
    ...quietly(java),
    ...['-classpath', join(home, 'boot', '*')],
    `-Dclassworlds.conf=${join(home, 'bin', 'm2.conf')}`,
    `-Dmaven.home=${home}`,
    `-Dmaven.multiModuleProjectDirectory=${source}`,
    'org.codehaus.plexus.classworlds.launcher.Launcher',
  ]
  return { program: java, args }
}

/**
 * Java 24 and newer warn of native libraries that nobody allowed; older ones may not know the flag.
 * @param {string} java
 */
function quietly(java) {
  const flag = '--enable-native-access=ALL-UNNAMED'
  return spawnSync(java, [flag, '-version'], { env: programEnvironment({}) }).status === 0 ? [flag] : []
}

/** @param {string} programs */
async function downloaded(programs) {
  const folder = join(programs, 'apache-maven-3.9.16')
  if (existsSync(folder)) return folder
  process.stdout.write('There is no mvn here; downloading Maven (9 MB), once\n')
  const content = await checkedDownload(MAVEN.artifact, MAVEN.file, MAVEN.digest)
  const partly = `${folder}.${process.pid}`
  mkdirSync(partly, { recursive: true })
  try {
    writeFileSync(join(partly, MAVEN.file), content)
    const { error, status } = spawnSync('tar', ['-xzf', MAVEN.file, '--strip-components=1'], {
      cwd: partly,
      stdio: 'inherit',
      env: programEnvironment({}),
    })
    if (error || status !== 0) throw new BuildFailure('Maven cannot be unpacked by tar', { cause: error })
    rmSync(join(partly, MAVEN.file))
    if (!existsSync(folder)) renameSync(partly, folder)
    return folder
  } finally {
    rmSync(partly, { recursive: true, force: true })
  }
}
