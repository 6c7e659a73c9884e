import { portOf } from '../lib/services.ts'

export interface Settings {
  port: number
  /** Undefined when carts stay in memory. */
  redis: { host: string; port: number } | undefined
}

/**
 * The settings in the environment.
 * @throws Error naming the variable that is wrong
 */
export function readSettings(environment: NodeJS.ProcessEnv = process.env): Settings {
  return { port: portOf('cartservice', environment), redis: redisAddress(environment.REDIS_ADDR ?? '') }
}

function redisAddress(text: string): Settings['redis'] {
  if (text === '') return undefined
  const [, host, port] = /^([^:\s]+):(\d{1,5})$/.exec(text) ?? []
  if (host === undefined || Number(port) < 1 || Number(port) > 65535) {
    throw new Error(
      `REDIS_ADDR is ${JSON.stringify(text)}; write host:port, or nothing to keep carts in memory`,
    )
  }
  return { host, port: Number(port) }
}
