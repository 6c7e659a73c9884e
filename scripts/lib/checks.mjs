import { readdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { capture, runJobs } from './jobs.mjs'
import { checkLockFile } from './lock-file.mjs'
import { checkTools, opinionTools, repository } from './places.mjs'
import { regionRooms } from './region-rooms.mjs'

const made = join(repository, '.nanofleet', 'check')

/** What the import rules cover; the rules say which files in test/. */
const FOLDERS = [
  'core',
  'adapters',
  'functions',
  'cli',
  'local',
  'apps',
  'buildspecs',
  'resources',
  'scripts',
  'test',
]

/** Every check that needs no running parts; a stage other than `local` represents those on AWS. */
const jobs = [
  { name: 'lock file (npm ci)', work: () => checkLockFile(repository) },
  { name: 'types (tsc)', work: () => capture('tsc', ['--noEmit']) },
  { name: 'style (biome)', work: () => capture('biome', ['check', '--error-on-warnings']) },
  {
    name: 'import rules (dependency-cruiser)',
    work: () => capture('depcruise', ['--config', '.dependency-cruiser.mjs', ...FOLDERS]),
  },
  { name: 'picture of the rooms', work: () => capture('node', ['scripts/rooms.ts', '--check']) },
  { name: 'lengths of lines and files', work: () => capture('node', ['scripts/source-rules.mjs']) },
  { name: 'unused code (knip)', work: () => capture('knip', []) },
  { name: 'sizes of bundles', work: () => capture('node', ['scripts/bundle-sizes.mjs']) },
  { name: 'workflows (ASL)', work: () => capture('node', ['scripts/asl.ts']) },
  { name: 'generated templates (cfn-lint)', work: () => lintGenerated() },
  {
    name: 'packaged template (cfn-lint, rules of roles), policy of who deploys it',
    work: () => lintPackaged(),
  },
  { name: 'second opinions (parliament, checkov)', work: () => secondOpinions() },
  { name: "permissions of CloudFormation's handlers", work: handlerPermissions },
  { name: 'Python style (ruff)', work: pythonStyle },
  { name: 'Python types (pyright)', work: () => capture('pyright', ['--pythonpath', tool('python')]) },
  { name: 'Python rooms (import-linter)', work: pythonRooms },
  { name: 'picture of the Python rooms', work: () => regionRooms(['--check']) },
  { name: 'Go (vet)', work: () => capture('go', ['-C', 'apps/platform/consul', 'vet', './...']) },
]

/** Runs every check, two at a time and more where there are cores: `{passed, failed}`, `failed` by name. */
export async function runChecks(say = (line) => process.stdout.write(`${line}\n`)) {
  const failed = await runJobs(jobs, Math.max(2, availableParallelism() - 1), say)
  const summary = failed.length > 0 ? `failed: ${failed.join(', ')}` : 'all passed'
  say(`${jobs.length} checks, ${summary}`)
  return { passed: jobs.length - failed.length, failed }
}

const templates = join(made, 'templates')
const packaged = join(made, 'package', 'cloudformation-template-update-stack.json')

/** Two checks look at each; what makes them runs once. */
const generate = once(() => afresh(templates, ['scripts/templates.ts', templates]))
const pack = once(() => afresh(dirname(packaged), ['scripts/package.ts', dirname(packaged)]))

async function afresh(folder, script) {
  await rm(folder, { recursive: true, force: true })
  return await capture('node', script)
}

const generated = () => readdirSync(templates).map((file) => join(templates, file))

const lintGenerated = () => inOrder(generate, () => lint(generated()))

const lintPackaged = () =>
  inOrder(
    pack,
    () => lint([packaged]),
    () => capture(tool('python'), ['scripts/deployer_policy.py', '--check', dirname(packaged)]),
    () => capture('node', ['scripts/role-rules.ts', packaged]),
  )

/** parliament and checkov; what they say and we accept is in resources/accepted-findings.yml. */
function secondOpinions() {
  const args = () => [join('scripts', 'second_opinions.py'), packaged, ...generated()]
  return inOrder(generate, pack, () => capture(join(opinionTools, 'bin', 'python'), args()))
}

function handlerPermissions() {
  return capture(tool('python'), [join('scripts', 'handler_permissions.py'), '--check'])
}

function pythonStyle() {
  return inOrder(
    () => capture(tool('ruff'), ['check', '--quiet']),
    () => capture(tool('ruff'), ['format', '--check', '--quiet']),
  )
}

function pythonRooms() {
  return capture(tool('lint-imports'), ['pyproject.toml', '--no-cache'], { PYTHONPATH: 'local' })
}

/** A program in the Python environment that only checks and tests need. */
function tool(name) {
  return join(checkTools, 'bin', name)
}

/** What it says and we accept is in resources/accepted-findings.yml. */
function lint(files) {
  return capture(tool('python'), [join('scripts', 'cfn_lint.py'), ...files])
}

/** The same promise for every caller. */
function once(work) {
  let under
  return () => {
    under ??= work()
    return under
  }
}

/** Runs the steps up to the first one that fails, as one result. */
async function inOrder(...steps) {
  let output = ''
  let seconds = 0
  for (const step of steps) {
    const result = await step()
    output += result.output
    seconds += result.seconds
    if (result.code !== 0) return { code: result.code, output, seconds }
  }
  return { code: 0, output, seconds }
}
