import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { ServiceFailure } from '../../../core/base/errors.ts'
import { type BusyProxy, covered, type Interval } from './busy-proxy.ts'

/** A command line to measure. */
export interface Measured {
  name: string
  args: string[]
  environment?: () => Promise<Record<string, string>>
  /** Whether it follows a run, whose time counts as the region's; its `--json` gives that time. */
  run?: true
  /** The most milliseconds of its own time. */
  target?: number
}

/** Medians of several runs, in milliseconds. */
export interface Times {
  name: string
  wall: number
  /** The part in which the region was answering, or a run was under way. */
  region: number
  own: number
  requests: number
  target?: number
}

/** Runs every command once in each round, so that other load on the machine affects all of them alike. */
export async function commandTimes(
  node: string,
  commands: Measured[],
  rounds: number,
  environment: Record<string, string>,
  proxy: BusyProxy,
): Promise<Times[]> {
  const runs = new Map<string, Omit<Times, 'name'>[]>(commands.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, args, run, environment: more } of commands) {
      const env = { ...environment, ...(await more?.()) }
      proxy.take()
      const { wall, out } = await timed(node, args, env)
      const answers = proxy.take()
      const region = covered(run ? [...answers, runTime(out)] : answers)
      runs.get(name)?.push({ wall, region, own: wall - region, requests: answers.length })
    }
  }
  return commands.map(({ name, target }) => {
    const of = (key: 'wall' | 'region' | 'own' | 'requests') =>
      median((runs.get(name) ?? []).map((run) => run[key]))
    return {
      name,
      wall: of('wall'),
      region: of('region'),
      own: of('own'),
      requests: of('requests'),
      ...(target === undefined ? {} : { target }),
    }
  })
}

/** @throws {ServiceFailure} if the command fails: then its time means nothing */
async function timed(
  node: string,
  args: string[],
  env: Record<string, string>,
): Promise<{ wall: number; out: string }> {
  const began = performance.now()
  const child = spawn(node, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, err] = [text(child.stdout), text(child.stderr)]
  const [code] = await once(child, 'close')
  const wall = performance.now() - began
  if (code === 0) return { wall, out: await out }
  throw new ServiceFailure(`${args.join(' ')} ended with ${String(code)}: ${await err}`)
}

function runTime(json: string): Interval {
  const { run } = JSON.parse(json) as { run: { startedAt: string; endedAt: string } }
  return [Date.parse(run.startedAt), Date.parse(run.endedAt)]
}

const median = (values: number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN
