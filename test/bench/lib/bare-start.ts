import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, readlink } from 'node:fs/promises'
import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { treeOf } from './processes.ts'

/** The program of a running instance, as the kernel shows it. */
export interface RunningProgram {
  command: string[]
  environment: Record<string, string>
  folder: string
}

export async function programOf(pid: number): Promise<RunningProgram> {
  const words = async (file: string): Promise<string[]> =>
    (await readFile(`/proc/${pid}/${file}`, 'utf8')).split('\0').filter((word) => word !== '')
  const environment = (await words('environ')).map((line) => {
    const equals = line.indexOf('=')
    return [line.slice(0, equals), line.slice(equals + 1)] as const
  })
  return {
    command: await words('cmdline'),
    environment: Object.fromEntries(environment),
    folder: await readlink(`/proc/${pid}/cwd`),
  }
}

/** How long it takes to start a program several times with nothing around it. */
export interface BareStart {
  milliseconds: number
  cpuSeconds: number
}

/**
 * Starts a program once for each address, all at the same moment, in the instance's folder, and ends them
 * when each has answered its health route. Each gets a session of its own as in the region: Linux shares the
 * processors among sessions (sched(7), "The autogroup feature").
 * @param addresses the variable HOST of each; everything else is as in the instance
 */
export async function startBare(
  { command: [file = '', ...args], environment, folder }: RunningProgram,
  addresses: string[],
  health: { port: number; path: string },
): Promise<BareStart> {
  const began = performance.now()
  const started = addresses.map((address) =>
    spawn(file, args, {
      cwd: folder,
      env: { ...environment, HOST: address },
      stdio: 'ignore',
      detached: true,
    }),
  )
  try {
    await Promise.all(addresses.map((address) => untilHealthy(address, health)))
    const milliseconds = performance.now() - began
    return { milliseconds, cpuSeconds: await cpuOfAll(started) }
  } finally {
    await Promise.all(started.map(end))
  }
}

async function untilHealthy(host: string, { port, path }: { port: number; path: string }): Promise<void> {
  const deadline = Date.now() + 300_000
  while (!(await answers({ host, port, path }))) {
    if (Date.now() > deadline) throw new Error(`http://${host}:${port}${path} does not answer`)
    await sleep(100)
  }
}

function answers(options: { host: string; port: number; path: string }): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ ...options, agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    asked.once('error', () => resolve(false)).end()
  })
}

async function cpuOfAll(started: ChildProcess[]): Promise<number> {
  const own = new Set(started.map(({ pid }) => pid))
  const tree = await treeOf(process.pid)
  return tree.filter(({ pid }) => own.has(pid)).reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0)
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}
