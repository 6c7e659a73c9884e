import { AppSettings, type KeptSetting } from '../../adapters/aws/app-settings.ts'
import { readersOf, unsetSecrets } from '../../core/deploy/app-secrets.ts'
import type { Context } from '../context.ts'
import { type KnownApp, knownApp } from './known-app.ts'

/** A secret of an app: kept, or only read. Never its value. */
export interface ListedSecret {
  name: string
  /** The service that it is for; absent for all of the app. */
  service?: string
  /** Absent for one that is not set. */
  set?: Pick<KeptSetting, 'version' | 'at' | 'by'>
  /** Services that read it now. */
  readBy: string[]
  /** Services that will read it with the next deployment. */
  soonReadBy: string[]
}

export const secretsOf = (context: Context, app: string): AppSettings =>
  new AppSettings(context.ssm(), 'secrets', context.stage, app)

/** The secrets of an app: those that are set, and those that its services miss. */
export async function listSecrets(context: Context, app: string): Promise<ListedSecret[]> {
  const [known, kept] = await Promise.all([knownApp(context, app), secretsOf(context, app).list()])
  return listed(known, kept)
}

export function listed({ pushed, running }: Omit<KnownApp, 'app'>, kept: KeptSetting[]): ListedSecret[] {
  const none = { services: {} }
  const [now, next] = [running?.app.bundle.manifest ?? none, pushed?.bundle.manifest ?? none]
  const onlyNext = (now: string[], next: string[]) => next.filter((service) => !now.includes(service))
  const set = kept.map((one): ListedSecret => {
    const { name, service, ...set } = one
    const readBy = readersOf(one, now, kept)
    return {
      name,
      ...(service !== undefined && { service }),
      set,
      readBy,
      soonReadBy: onlyNext(readBy, readersOf(one, next, kept)),
    }
  })
  const [missed, soon] = [unsetSecrets(now, kept), unsetSecrets(next, kept)]
  const names = [...new Set([...missed, ...soon].map(({ name }) => name))].sort()
  const services = (unset: typeof missed, name: string) =>
    unset.filter((one) => one.name === name).map(({ service }) => service)
  return [
    ...set,
    ...names.map((name): ListedSecret => {
      const readBy = services(missed, name)
      return { name, readBy, soonReadBy: onlyNext(readBy, services(soon, name)) }
    }),
  ]
}
