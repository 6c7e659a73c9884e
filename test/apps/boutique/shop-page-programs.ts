import { SERVICES, type ServiceName } from '../../../apps/boutique/lib/services.ts'
import { freePort, type Program, startProgram } from './frontend-process.ts'

const NAMES = Object.keys(SERVICES) as ServiceName[]

/** The whole shop on this machine, with carts and orders in memory. */
export interface RunningShop {
  url: string
  programs: Record<ServiceName, Program>
  stop(): Promise<void>
}

/** Starts all services of the shop as processes on free ports; resolves when all of them listen. */
export async function startShop(): Promise<RunningShop> {
  const free: [ServiceName, number][] = []
  for (const name of NAMES) free.push([name, await freePort()])
  const ports = Object.fromEntries(free) as Record<ServiceName, number>
  const addressOf = (name: ServiceName): string => `127.0.0.1:${ports[name]}`
  const started = await Promise.allSettled(
    NAMES.map(async (name) => [name, await startProgram(name, addressOf, ports[name])] as const),
  )
  const running = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  const stop = async (): Promise<void> => {
    await Promise.all(running.map(([, program]) => program.stop()))
  }
  const failed = started.find((one) => one.status === 'rejected')
  if (failed) {
    await stop()
    throw failed.reason
  }
  const programs = Object.fromEntries(running) as Record<ServiceName, Program>
  return { url: `http://${addressOf('frontend')}`, programs, stop }
}
