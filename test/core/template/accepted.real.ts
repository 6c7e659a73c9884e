import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { LONGEST_STAGE } from '../../../core/base/name-rules.ts'
import { checkTools } from '../../../scripts/lib/places.mjs'
import { SAMPLE_STAGES } from '../../../scripts/sample-stages.ts'
import { ROOT } from '../../apps/apps.ts'
import { type AppSample, accepted, appSamples } from '../manifest/manifest-samples.ts'
import { callsOf } from './calls-of.ts'

const run = promisify(execFile)
const python = join(checkTools, 'bin', 'python')
const seed = Number(process.env.NANOFLEET_SEED || 271828)
/** cfn-lint takes half a second for a template. */
const APPS = 24

let folder: string
beforeAll(async () => {
  process.stderr.write(`accepted apps: NANOFLEET_SEED=${seed}\n`)
  folder = await mkdtemp(join(tmpdir(), 'accepted-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Apps of a few services that a push accepts, each for one of the stages. */
const apps = fc
  .sample(
    appSamples.filter(({ services }) => Object.keys(services).length < 4),
    { numRuns: 20 * APPS, seed },
  )
  .flatMap((sample: AppSample, index) => {
    const stage = SAMPLE_STAGES[index % SAMPLE_STAGES.length] ?? SAMPLE_STAGES[0]
    const longest = stage && { ...stage, name: 'x'.repeat(LONGEST_STAGE) }
    const made = longest && accepted(sample, longest)
    return made ? [{ stage: longest, made }] : []
  })
  .slice(0, APPS)

/** What a program prints that does not end well, with this on its standard input. */
function said(args: string[], input = ''): Promise<string> {
  const env = { ...process.env, PYTHONPATH: join(ROOT, 'local') }
  const ended = run(python, args, { cwd: ROOT, env, maxBuffer: 2 ** 24 })
  ended.child.stdin?.end(input)
  return ended.then(
    () => '',
    ({ stdout, stderr }: { stdout: string; stderr: string }) => `${stdout}${stderr}`,
  )
}

it('what a push accepts, the schemas of its resources accept too', async () => {
  expect(apps).toHaveLength(APPS)
  const files = apps.flatMap(({ made }, index) =>
    [made.own, ...Object.values(made.services)].map((template, part) => ({
      file: join(folder, `${index}-${part}.json`),
      template,
    })),
  )
  await Promise.all(files.map(({ file, template }) => writeFile(file, JSON.stringify(template))))
  const output = await said([join('scripts', 'cfn_lint.py'), ...files.map(({ file }) => file)])
  // A guess of its own: somebody may mean what looks like a reference in a text.
  const refusals = output.split(/\n\n/).filter((one) => one.trim() !== '' && !one.startsWith('E1029'))
  expect(refusals).toEqual([])
}, 180_000)

it('what a push accepts, the models of the calls that are made of it accept too', async () => {
  const calls = apps.flatMap(({ stage, made }) =>
    Object.keys(made.services).flatMap((service) => callsOf(made, stage, service)),
  )
  expect(calls.length).toBeGreaterThan(APPS * 5)
  const script = join('test', 'local', 'region', 'constraints', 'held_to_models.py')
  expect(await said([script], JSON.stringify(calls))).toBe('')
}, 60_000)
