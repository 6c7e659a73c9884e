import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { programs } from '../../../scripts/lib/places.mjs'

/** A separate Redis, with the arguments of the shop's image; `kill` ends it like a power cut. */
export interface OwnRedis {
  host: string
  port: number
  kill(): Promise<void>
  /** SIGSTOP and SIGCONT: connections stay, answers do not come. */
  freeze(): void
  thaw(): void
}

/** @param args those of `images/boutique/redis/config.json`, without the address */
export async function ownRedis(
  host: string,
  port: number,
  args: readonly string[] = ['--save ""'],
): Promise<OwnRedis> {
  const redis = spawn(join(programs, 'redis-server'), ['--bind', host, '--port', String(port), ...args], {
    stdio: 'ignore',
  })
  const kill = async () => {
    if (redis.exitCode !== null || redis.signalCode !== null) return
    const ended = once(redis, 'exit')
    redis.kill('SIGKILL')
    await ended
  }
  await listening(redis, host, port)
  return { host, port, kill, freeze: () => redis.kill('SIGSTOP'), thaw: () => redis.kill('SIGCONT') }
}

async function listening(redis: ChildProcess, host: string, port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (redis.exitCode !== null) throw new Error(`redis-server ended with ${redis.exitCode}`)
    if (await answers(host, port)) return
    await pause(50)
  }
  throw new Error(`redis-server does not listen on ${host}:${port}`)
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
