import { describe, expect, it } from '@jest/globals'
import { parseInput } from '../../../core/base/workflow-input.ts'
import { endSentence, exitCodeIn } from '../../../core/jobs/job-end.ts'
import { JobInput } from '../../../core/jobs/job-input.ts'
import { type JobInstance, type JobInstances, MOST_JOBS, whySkipped } from '../../../core/jobs/living.ts'
import { type JobFacts, lookAtJob } from '../../../core/jobs/look.ts'
import { sweepJobs } from '../../../core/jobs/sweep.ts'
import { jobUserData } from '../../../core/jobs/user-data.ts'
import { loaderOf } from '../../../core/manifest/job-loader.ts'
import { parseManifest } from '../../../core/manifest/manifest.ts'

const manifest = (service: string) =>
  parseManifest(`app: shop\nservices:\n  web: {${service}}\n`, 'images/shop/app.yml')
const NODE = { Program: '/usr/local/bin/node' }

describe('the input of a job', () => {
  it('has no arguments and an hour unless it says otherwise', () => {
    expect(parseInput('job', JobInput, { app: 'shop', service: 'web' })).toEqual({
      app: 'shop',
      service: 'web',
      args: [],
      timeoutSeconds: 3600,
      scheduled: false,
    })
  })

  it.each([
    [{ app: 'shop' }, /service/],
    [{ app: 'shop', service: 'web', args: ['a\0'] }, /args\.0.*NUL/],
    [{ app: 'shop', service: 'web', timeoutSeconds: 9 }, /10 seconds at least/],
    [{ app: 'shop', service: 'web', timeoutSeconds: 21_601 }, /six hours/],
    [{ app: 'shop', service: 'web', arg: [] }, /unknown key; did you mean "args"/],
  ])('is refused as %j', (input, words) => {
    expect(() => parseInput('job', JobInput, input)).toThrow(words)
  })
})

describe('who gives a program its arguments', () => {
  it.each([
    ['the loader of Node, for a program that the build made', 'source: apps/shop/web', NODE, 'node'],
    ['the program, where the manifest says so', 'source: apps/shop/web, jobs: true', {}, 'program'],
    ['the program of any image, where the manifest says so', 'jobs: true', {}, 'program'],
  ])('is %s', (_who, service, config, loader) => {
    expect(loaderOf(manifest(service), 'web', config)).toBe(loader)
  })

  it.each([
    ['another language', 'source: apps/shop/web', { Program: '/app/program' }, /only programs of Node/],
    ['an image that is not built from a source', '', NODE, /has no loader/],
    ['a program called like Node', 'source: apps/shop/web', { Program: '/app/mynode' }, /only programs/],
  ])('is nobody for %s', (_what, service, config, words) => {
    expect(() => loaderOf(manifest(service), 'web', config)).toThrow(words)
  })
})

describe('the user data of a job', () => {
  const order = { job: 'shop-1', args: ['a b', 'é\r\n"'], result: 'https://s3/x?y=z' }
  it.each([
    ['of a service without', '', {}, '--import=/app/nanofleet-job.mjs'],
    ['with baked options of Node', '', { NODE_OPTIONS: '--a' }, '--a --import=/app/nanofleet-job.mjs'],
    [
      'with late options of Node',
      'NODE_OPTIONS=--b',
      { NODE_OPTIONS: '--a' },
      '--b --import=/app/nanofleet-job.mjs',
    ],
  ])('%s keeps what the service has and adds the job', (_what, template, baked, options) => {
    const lines = jobUserData(`A=1\r\n${template}`, baked, order, 'node').split('\r\n')
    expect(lines).toEqual([
      'A=1',
      'NANOFLEET_JOB=shop-1',
      String.raw`NANOFLEET_JOB_ARGS=["a b","\u00e9\r\n\""]`,
      'NANOFLEET_JOB_RESULT=https://s3/x?y=z',
      `NODE_OPTIONS=${options}`,
    ])
  })

  it('leaves options of Node alone for a program that reads the arguments itself', () => {
    expect(jobUserData('NODE_OPTIONS=--b', {}, order, 'program')).toContain(
      'NODE_OPTIONS=--b\r\nNANOFLEET_JOB=',
    )
  })

  it('is refused when the arguments are longer than EC2 takes', () => {
    const long = { ...order, args: ['x'.repeat(16_384)] }
    expect(() => jobUserData('', {}, long, 'program')).toThrow(/bytes of user data, EC2 takes 16384/)
  })
})

describe('a look at a job', () => {
  const startedAt = new Date('2026-01-31T12:00:00Z')
  const after = (seconds: number) => new Date(startedAt.getTime() + seconds * 1000)
  const facts: JobFacts = {
    state: 'running',
    reason: '',
    exitCode: undefined,
    startedAt,
    timeoutSeconds: 600,
  }

  it.each<[string, Partial<JobFacts>, number, object]>([
    ['goes on while it runs', {}, 5, { over: false, seconds: 1 }],
    ['comes less often later', {}, 205, { over: false, seconds: 21 }],
    ['comes in time for the end', { timeoutSeconds: 210 }, 205, { over: false, seconds: 5 }],
    ['goes on while it boots', { state: 'pending' }, 50, { over: false, seconds: 5 }],
    [
      'waits for an instance that EC2 does not show yet',
      { state: undefined },
      20,
      { over: false, seconds: 2 },
    ],
    [
      'ends with the exit code',
      { exitCode: 0, state: 'terminated' },
      5,
      { over: true, exitCode: 0, error: '', cause: '' },
    ],
    ['ends with a bad exit code', { exitCode: 3 }, 5, { over: true, exitCode: 3, error: 'JobFailed' }],
    ['ends with an exit code after its time', { exitCode: 0 }, 700, { over: true, exitCode: 0 }],
    [
      'ends with the instance',
      { state: 'terminated', reason: 'Server.X' },
      5,
      { error: 'JobLost', cause: expect.stringMatching(/: Server\.X$/) },
    ],
    ['ends with a stopped instance', { state: 'stopped' }, 5, { over: true, error: 'JobLost' }],
    ['ends when EC2 shows nothing for a minute', { state: undefined }, 61, { error: 'JobLost' }],
    ['ends with its time', {}, 600, { over: true, error: 'JobTimedOut', cause: 'it still ran after 600 s' }],
  ])('%s', (_what, own, seconds, expected) => {
    expect(lookAtJob({ ...facts, ...own }, after(seconds))).toMatchObject(expected)
  })

  it('tells the exit code in a sentence that can be read again', () => {
    for (const code of [1, 3, 255]) expect(exitCodeIn(endSentence(code))).toBe(code)
    expect(exitCodeIn('it still ran after 600 s')).toBeUndefined()
  })
})

const instance = (id: string, own: Partial<JobInstance> = {}): JobInstance => ({
  id,
  state: 'running',
  reason: '',
  run: `arn:aws:states:eu-west-1:1:execution:nanofleet-dev-job:${id}`,
  app: 'shop',
  service: 'web',
  scheduled: false,
  launchedAt: '',
  ...own,
})

describe('a job that is to start', () => {
  const wanted = { app: 'shop', service: 'web', args: [], timeoutSeconds: 60, scheduled: true }
  it.each<[string, JobInstance[], boolean, RegExp | undefined]>([
    ['starts alone', [], true, undefined],
    [
      'is left out while its schedule before runs',
      [instance('i-1', { scheduled: true })],
      true,
      /^i-1 still runs$/,
    ],
    ['starts beside a job of a person', [instance('i-1')], true, undefined],
    [
      'starts beside one of another service',
      [instance('i-1', { scheduled: true, service: 'db' })],
      true,
      undefined,
    ],
    [
      'starts after one that is going',
      [instance('i-1', { scheduled: true, state: 'shutting-down' })],
      true,
      undefined,
    ],
    ['starts by hand beside a scheduled one', [instance('i-1', { scheduled: true })], false, undefined],
  ])('%s', (_what, living, scheduled, words) => {
    const skipped = whySkipped({ ...wanted, scheduled }, 'arn:own', living)
    if (words) expect(skipped).toMatch(words)
    else expect(skipped).toBeUndefined()
  })

  it('is refused while as many run as may, without counting its own instance', () => {
    const many = Array.from({ length: MOST_JOBS }, (_, index) => instance(`i-${index}`))
    const job = { ...wanted, scheduled: false }
    expect(() => whySkipped(job, 'arn:own', many)).toThrow(/20 jobs run on this stage already/)
    expect(whySkipped(job, many[0]?.run ?? '', many)).toBeUndefined()
  })
})

describe('a round over the instances of jobs', () => {
  const world = (living: JobInstance[]) => {
    const ended: string[] = []
    const jobs: JobInstances = {
      living: async () => living,
      one: async () => undefined,
      terminate: async (ids) => void ended.push(...ids),
    }
    return { jobs, ended }
  }
  const living = [
    instance('i-1'),
    instance('i-2', { app: 'page' }),
    instance('i-3', { state: 'shutting-down' }),
    instance('i-4', { service: 'mail' }),
  ]
  const runs = async (run: string) => run.endsWith('i-1')

  it.each([
    ['ends those whose run is over', {}, ['i-2', 'i-4'], 3],
    ['ends all of an app that goes, and only these', { app: 'shop' }, ['i-1', 'i-4'], 3],
    ['ends those of a service that leaves its app', { app: 'shop', service: 'mail' }, ['i-4'], 1],
    ['ends that of a run that asks', { run: instance('i-2').run }, ['i-2'], 1],
    ['ends nothing for a run without an instance', { run: 'arn:other' }, [], 0],
  ])('%s', async (_what, ending, expected, left) => {
    const { jobs, ended } = world(living)
    expect((await sweepJobs(jobs, runs, ending)).left).toBe(left)
    expect(ended).toEqual(expected)
  })

  it('leaves everything while a run cannot be asked about', async () => {
    const { jobs, ended } = world(living)
    await expect(sweepJobs(jobs, () => Promise.reject(new Error('throttled')))).rejects.toThrow('throttled')
    expect(ended).toEqual([])
  })
})
