import { optionalPort, required } from '../../lib/settings.ts'

export interface Settings {
  port: number
  brokers: string
  topic: string
  /** Whether it shows a certificate to the brokers. */
  secure: boolean
  /** How long certificates are to be valid; the control plane's usual time when absent. */
  certificateSeconds: number | undefined
  /** How many events wait for the brokers at most. */
  most: number
  /** Where `go-app` is found. */
  readers: string
  /** Where no release is known, as on a developer's machine. */
  version: string
}

/** @throws Error naming the variable */
export function readSettings(environment: NodeJS.ProcessEnv = process.env): Settings {
  return {
    port: optionalPort('PORT', 8080, environment),
    brokers: required('KAFKA_BROKERS', environment),
    topic: environment.TOPIC ?? 'events',
    secure: environment.NANOFLEET_IDENTITY !== undefined,
    certificateSeconds: life('CERTIFICATE_LIFE', environment),
    most: whole('MOST_WAITING', environment) ?? 1000,
    readers: environment.READERS ?? 'events-go-app.service.consul:8081',
    version: 'dev',
  }
}

function whole(name: string, environment: NodeJS.ProcessEnv): number | undefined {
  const text = environment[name]
  if (text === undefined) return undefined
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new Error(`${name} is ${JSON.stringify(text)}; it must be a whole number above 0`)
}

const UNITS: Record<string, number> = { s: 1, m: 60, h: 3600 }

/** A time such as 12h, as go-app reads it. */
function life(name: string, environment: NodeJS.ProcessEnv): number | undefined {
  const text = environment[name]
  if (text === undefined) return undefined
  const [, number = '', unit = ''] = /^([1-9]\d{0,6})([smh])$/.exec(text) ?? []
  const seconds = Number(number) * (UNITS[unit] ?? 0)
  if (seconds > 0) return seconds
  throw new Error(`${name} is ${JSON.stringify(text)}; it must be a time such as 12h, 30m or 90s`)
}
