import { join } from 'node:path'
import { InvokeCommand } from '@aws-sdk/client-lambda'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Execution } from '../../adapters/aws/executions.ts'
import { Ec2Jobs } from '../../adapters/aws/job-instances.ts'
import type { Context } from '../../cli/context.ts'
import { controlName } from '../../core/base/names.ts'
import { serviceInstances } from '../../scripts/demo/local-instances.ts'
import { until } from '../../scripts/demo/wait.ts'
import { removeApp } from '../live/apps.ts'
import { GO_SERVICE, writeChores } from '../live/chores.ts'
import { Command, nanofleetJson as json, nanofleet } from '../live/cli.ts'
import { edit, pushChanged } from '../live/source.ts'
import { liveStage, regionOf } from '../live/stage.ts'
import { runToEnd } from '../live/workflows.ts'

type Job = Execution & { exitCode?: number }

describe('a one-off task', () => {
  let context: Context
  beforeAll(async () => {
    context = await liveStage()
    await pushChanged(context, 'chores', writeChores)
    await runToEnd(context, 'deploy', { app: 'chores' }, 800)
  }, 900_000)
  afterAll(async () => {
    const left = await context.releases().deployedApps()
    if (left.includes('chores')) await removeApp(context, 'chores')
  }, 300_000)

  /** Instances of jobs that nobody's schedule started. */
  const living = async () => {
    const found = await new Ec2Jobs(context.ec2()).living()
    return found.filter(({ state, scheduled }) => !scheduled && (state === 'pending' || state === 'running'))
  }
  const one = () =>
    until('the instance', 30, async () => (await living()).find(({ state }) => state === 'running'))
  const noneIsLeft = () =>
    until('no instance of a job', 30, async () => ((await living()).length === 0 ? true : undefined))

  it.each([
    ['task', 'good bye -- "é"'],
    ['gotask', 'good bye -- "é"'],
    ['pytask', 'good|bye -- "é"'],
    ['javatask', 'good|bye -- "é"'],
  ])(
    'of the program %s prints its arguments and ends with its exit code',
    async (service, words) => {
      const { code, out, err } = await nanofleet('job', 'chores', service, '--', '3', 'good', 'bye -- "é"')
      expect({ code, out, err }).toMatchObject({ code: 3, out: expect.stringContaining(`${words}\n`) })
      expect(err).toContain('the program ended with exit code 3')
      expect(await nanofleet('job', 'chores', service, '--', '0', 'fine')).toMatchObject({ code: 0 })
      await noneIsLeft()
      const [last, first] = (await json('jobs', 'chores', service)) as Job[]
      expect([first?.exitCode, last?.exitCode]).toEqual([3, 0])
      expect(first).toMatchObject({ error: 'JobFailed', input: { args: ['3', 'good', 'bye -- "é"'] } })
    },
    180_000,
  )

  it('is ended when its time is up', async () => {
    const { code, err } = await nanofleet('job', 'chores', 'task', '--timeout', '10s', '--', 'sleep')
    expect({ code, err }).toMatchObject({
      code: 124,
      err: expect.stringContaining('it still ran after 10 s'),
    })
    await noneIsLeft()
  }, 90_000)

  it('is nowhere in Consul, and ends with the command that Ctrl-C ends', async () => {
    const command = new Command(['job', 'chores', 'task', '--', 'sleep'])
    const { id } = await one()
    const { instances } = (await json('instances', 'chores', 'task')) as { instances: { id: string }[] }
    expect(instances.map((each) => each.id)).not.toContain(id)
    expect((await nanofleet('drift')).code).toBe(0)
    command.child.kill('SIGINT')
    expect(await command.end(30)).toMatchObject({ code: 130 })
    await noneIsLeft()
  }, 120_000)

  it('whose program is killed ends without an exit code, and nothing is left', async () => {
    const command = new Command(['job', 'chores', 'task', '--', 'sleep'])
    const { id } = await one()
    const all = await serviceInstances(regionOf(context), 'chores', 'task')
    const pid = all.find(({ instanceId }) => instanceId === id)?.pid
    if (!pid) throw new Error(`${id} has no process`)
    process.kill(pid, 'SIGKILL')
    const { code, err } = await command.end(60)
    expect({ code, err }).toMatchObject({
      code: 125,
      err: expect.stringContaining('ended before the program reported an exit code'),
    })
    await noneIsLeft()
  }, 120_000)

  it('leaves no instance when its run ends right after the launch: the next round finds it', async () => {
    const call = (name: string, input: object) =>
      context.lambda().send(
        new InvokeCommand({
          FunctionName: controlName(context.stage, name),
          Payload: JSON.stringify(input),
        }),
      )
    const run = `${context.workflows().machine('job').replace(':stateMachine:', ':execution:')}:never`
    await call('start-job', { run, input: { app: 'chores', service: 'task', args: ['sleep'] } })
    await one()
    await call('sweep-jobs', {})
    await noneIsLeft()
  }, 90_000)

  it.each([
    [125, 'a program that takes no arguments', ['platform', 'consul'], /a Consul server runs no jobs/],
    [125, 'an app of nobody', ['chore', 'task'], /chore is not deployed/],
    [125, 'an unknown service', ['chores', 'tusk'], /no service tusk; did you mean "task"/],
    [2, 'a time below ten seconds', ['chores', 'task', '--timeout', '5s'], /between 10s and 6h/],
  ])(
    'ends with %i for %s',
    async (expected, _what, args, words) => {
      const { code, err } = await nanofleet('job', ...args)
      expect(err).toMatch(words)
      expect(code).toBe(expected)
    },
    60_000,
  )

  it('starts by its schedule, and is left out while the one before runs', async () => {
    const { out } = await nanofleet('status', 'chores')
    expect(out).toContain('chores/clock runs as a job by rate(1 minute)')
    const left = await until('a job that is left out', 150, async () => {
      const jobs = (await json('jobs', 'chores', 'clock')) as Job[]
      return jobs.find(({ output }) => /still runs/.test(String(Object(output).skipped)))
    })
    expect(left).toMatchObject({ status: 'SUCCEEDED', input: { args: ['sleep'], scheduled: true } })
  }, 240_000)

  it('a second port is found in DNS and open only to what needs it', async () => {
    const said = await until('both answers', 30, async () => {
      const { out } = await nanofleet('logs', 'chores', 'asker', '--since', '20s')
      return out.includes('9095 answered 200') && out.includes('8095 failed') ? out : undefined
    })
    expect(said).not.toContain('9095 failed')
    expect(said).not.toContain('8095 answered')
  }, 60_000)

  it('ends when its service leaves the app, and with the app', async () => {
    const commands = ['task', 'gotask'].map((service) => [service, '--', 'sleep'])
    const [stays, goes] = commands.map((words) => new Command(['job', 'chores', ...words]))
    const running = async (service: string) =>
      (await living()).find((each) => each.service === service && each.state === 'running')
    for (const service of ['task', 'gotask']) await until(service, 120, () => running(service))
    await pushChanged(context, 'chores', async (root) => {
      await writeChores(root)
      await edit(join(root, 'images/chores/app.yml'), GO_SERVICE, '')
    })
    await runToEnd(context, 'deploy', { app: 'chores' }, 800)
    expect(await goes?.end(180)).toMatchObject({ code: 125, err: expect.stringContaining('ended before') })
    expect(await running('task')).toBeDefined()
    await removeApp(context, 'chores')
    expect(await stays?.end(180)).toMatchObject({ code: 125, err: expect.stringContaining('ended before') })
    await noneIsLeft()
  }, 1_200_000)
})
