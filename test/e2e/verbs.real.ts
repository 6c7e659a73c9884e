import { beforeAll, describe, expect, it } from '@jest/globals'
import type { Context } from '../../cli/context.ts'
import type { InstanceList } from '../../cli/stage/instance-list.ts'
import type { Timeline } from '../../cli/stage/timeline.ts'
import { Traffic } from '../../scripts/demo/requests.ts'
import { until } from '../../scripts/demo/wait.ts'
import { Command, nanofleet } from '../live/cli.ts'
import { withoutLaunches } from '../live/launches.ts'
import { withWeb } from '../live/stage.ts'
import { untilWhole, webInstances, webUrl } from '../live/web.ts'

describe('the verbs for what runs', () => {
  let context: Context
  beforeAll(async () => {
    context = await withWeb()
    await untilWhole(context, 2, 30)
  }, 240_000)

  const json = async (...args: string[]): Promise<unknown> => {
    const { code, out, err } = await nanofleet(...args, '--json')
    if (code !== 0) throw new Error(`nanofleet ${args.join(' ')} ended with ${code}: ${err}`)
    return JSON.parse(out)
  }
  const ids = async () => (await webInstances(context)).map(({ instanceId }) => instanceId).sort()

  it('shows each instance with its place, its release and its health, also of the Consul servers', async () => {
    const release = await context.releases().current('web')
    const running = await webInstances(context)
    const { instances } = (await json('instances', 'web', 'web')) as InstanceList
    expect(instances.map(({ id, address }) => `${id} ${address}`).sort()).toEqual(
      running.map(({ instanceId, privateIp }) => `${instanceId} ${privateIp}`).sort(),
    )
    for (const instance of instances) {
      expect(instance).toMatchObject({
        imageId: release?.services.web?.imageId,
        stage: 'serving',
        zone: expect.stringMatching(/^eu-west-1[a-c]$/),
        release: expect.stringMatching(/^\d+$/),
        consul: { state: 'passing' },
        balancer: { state: 'healthy' },
      })
      expect(Date.now() - Date.parse(instance.launchedAt)).toBeGreaterThan(0)
    }
    const servers = (await json('instances', 'platform', 'consul')) as InstanceList
    expect(servers.instances.map(({ consul }) => consul.state)).toEqual(['passing', 'passing', 'passing'])
  }, 40_000)

  it('lists the releases, marks the one that runs, and asks before it goes back', async () => {
    const current = await context.releases().current('web')
    const listed = (await json('releases', 'web')) as { release: number; current: boolean }[]
    expect(listed.filter((each) => each.current).map(({ release }) => release)).toEqual([current?.release])
    expect(await nanofleet('rollback', 'web')).toMatchObject({
      code: 2,
      err: 'nanofleet: rollback web: stdin is not a terminal; pass --yes\n',
    })
    expect(await nanofleet('rollback', 'web', `${current?.release}`, '--yes')).toMatchObject({ code: 2 })
  }, 40_000)

  it('replaces one instance and leaves the other, without a failed request', async () => {
    const [going = '', staying = ''] = await ids()
    const traffic = new Traffic(await webUrl(context))
    const { code, err } = await nanofleet('replace', going)
    const { failures } = await traffic.stop()
    expect({ code, err }).toMatchObject({ code: 0 })
    expect(failures).toEqual([])
    await untilWhole(context, 2, 20)
    const after = await ids()
    expect(after).toContain(staying)
    expect(after).not.toContain(going)
  }, 90_000)

  it('restarts a service without a failed request: other instances of the same release', async () => {
    const [before, release] = [await ids(), await context.releases().current('web')]
    const traffic = new Traffic(await webUrl(context))
    const { code, err } = await nanofleet('restart', 'web', 'web')
    const { failures } = await traffic.stop()
    expect({ code, err }).toMatchObject({ code: 0 })
    expect(failures).toEqual([])
    await untilWhole(context, 2, 20)
    expect((await ids()).filter((id) => before.includes(id))).toEqual([])
    expect(await context.releases().current('web')).toEqual(release)
  }, 90_000)

  it('shows what the check of a hung instance said, and replaces that instance', async () => {
    const [hung] = await webInstances(context)
    if (!hung?.pid) throw new Error('web has no instance with a process')
    process.kill(hung.pid, 'SIGSTOP')
    const row = await until('a critical instance', 40, async () => {
      const { instances } = (await json('instances', 'web', 'web')) as InstanceList
      const found = instances.find(({ id }) => id === hung.instanceId)
      return found && found.consul.state !== 'passing' ? found : undefined
    })
    expect(row.consul).toMatchObject({ state: 'critical', why: expect.stringMatching(/timeout|deadline/i) })
    expect(await nanofleet('replace', hung.instanceId)).toMatchObject({ code: 0 })
    await untilWhole(context, 2, 30)
    expect(await ids()).not.toContain(hung.instanceId)
  }, 150_000)

  it('cancels a run in the middle of a wave: the number before, a free lock, and how to go on', async () => {
    // It must not be done before it is cancelled.
    const name = await withoutLaunches(context, 'web', 'web', async () => {
      const first = new Command(['scale', 'web', 'web', '6'])
      const run = await until('the wave under way', 30, async () => {
        const [, begun] = / runs as (\S+)/.exec(first.said.err) ?? []
        return first.said.err.includes('web, 6 instances') ? begun : undefined
      })
      const { code, out, err } = await nanofleet('cancel', run)
      expect({ code, err }).toMatchObject({ code: 0 })
      expect(out).toBe(
        `scale web is cancelled: web has the number of instances that it had before; "nanofleet --stage local retry ${run}" starts it again.\n`,
      )
      expect((await first.end(20)).code).toBe(1)
      return run
    })
    await untilWhole(context, 2, 30)
    expect((await nanofleet('cancel', name)).code).toBe(2)
    expect(await json('scale', 'web', 'web', '2')).toMatchObject({ run: { status: 'SUCCEEDED' } })
  }, 120_000)

  it('tells in one line of time what a kill and a scale did, in the order in which it happened', async () => {
    const [killed] = await webInstances(context)
    if (!killed?.pid) throw new Error('web has no instance with a process')
    const begin = Date.now()
    process.kill(killed.pid, 'SIGKILL')
    await until('a successor', 30, async () => ((await ids()).includes(killed.instanceId) ? undefined : true))
    await untilWhole(context, 2, 30)
    expect(await json('scale', 'web', 'web', '3')).toMatchObject({ run: { status: 'SUCCEEDED' } })
    expect(await json('scale', 'web', 'web', '2')).toMatchObject({ run: { status: 'SUCCEEDED' } })
    // The command takes a few seconds to begin.
    const since = `${Math.ceil((Date.now() - begin) / 1000) + 20}s`
    const { happenings, gaps } = await until('the whole timeline', 20, async () => {
      const found = (await json('timeline', 'web', 'web', '--since', since)) as Timeline
      return found.happenings.some(({ text }) => text === 'scale web web to 2 succeeded') ? found : undefined
    })
    expect(gaps).toEqual([])
    const times = happenings.map(({ at }) => Date.parse(at))
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    const told = happenings.map(({ instance, text }) => `${instance} ${text}`)
    const order = [
      new RegExp(`^${killed.instanceId} ends and gets a successor: .*EC2`),
      /^i-\w+ is launched/,
      /^i-\w+ is registered in Consul/,
      /^ scale web web to 3 begins/,
      /^i-\w+ is launched/,
      /^ scale web web to 3 succeeded/,
      /^ scale web web to 2 begins/,
      /^i-\w+ ends/,
      /^ scale web web to 2 succeeded/,
    ]
    let place = 0
    for (const pattern of order) {
      const next = told.findIndex((line, index) => index >= place && pattern.test(line))
      if (next < 0) throw new Error(`${pattern} is missing after line ${place} of\n${told.join('\n')}`)
      place = next + 1
    }
    expect(told.filter((line) => line.startsWith(`${killed.instanceId} leaves Consul`))).toHaveLength(1)
    const text = await nanofleet('timeline', 'web')
    expect(text).toMatchObject({ code: 0, out: expect.stringContaining('deploy web begins') })
  }, 150_000)

  it.each([
    [3, 'an instance of nobody', ['replace', 'i-0000000000000000f'], /is no instance of stage local/],
    [3, 'a service that an app does not have', ['restart', 'web', 'db'], /no service db; it has web/],
    [3, 'an app without releases', ['releases', 'webb'], /webb has no release/],
    [3, 'the timeline of an app of nobody', ['timeline', 'webb'], /Nobody pushed an app webb/],
    [3, 'the timeline of an unknown service', ['timeline', 'web', 'db'], /no service db; known are web/],
    [3, 'the instances of an unknown service', ['instances', 'web', 'db'], /no service db; it has web/],
  ])(
    'end with %i for %s',
    async (expected, _what, args, words) => {
      const { code, err } = await nanofleet(...args)
      expect(err).toMatch(words)
      expect(code).toBe(expected)
    },
    40_000,
  )
})
