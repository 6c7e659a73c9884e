import { InvalidInput, NotFound } from '../../core/base/errors.ts'
import type { Manifest } from '../../core/base/manifest-types.ts'
import { PLATFORM } from '../../core/base/names.ts'
import { didYouMean } from '../../core/base/suggest.ts'
import type { App } from '../../core/template/parsed-app.ts'
import { readSettings } from '../../local/settings.ts'
import { checkoutNames } from '../completion/checkout-names.ts'
import type { Context } from '../context.ts'

/** An app as this stage knows it. */
export interface KnownApp {
  app: string
  /** What was pushed last; absent if nobody has pushed it. */
  pushed?: App
  /** What runs: the app as its current release has it, and that release's number. */
  running?: { app: App; release: number }
}

/** What of an app a stage has. */
export async function knownApp(context: Context, app: string): Promise<KnownApp> {
  const bundles = context.bundles()
  const [pushed, release] = await Promise.all([
    bundles.read(app).catch(ifMissing),
    context.releases().current(app),
  ])
  const running = release && (await bundles.read(app, release.bundle))
  return {
    app,
    ...(pushed && { pushed }),
    ...(release && running && { running: { app: running, release: release.release } }),
  }
}

function ifMissing(error: unknown): undefined {
  if (!(error instanceof NotFound)) throw error
}

/**
 * Refuses what is set for an app or a service that neither the stage nor the repository here has.
 * @throws {InvalidInput} {NotFound}
 */
export function checkKnown(place: string, { app, pushed }: KnownApp, service: string | undefined): void {
  if (app === PLATFORM)
    throw new InvalidInput(place, 'the platform has no settings of its own', 'name one of your apps')
  const here = checkoutNames(readSettings().root)
  if (pushed === undefined && !here.apps().includes(app))
    throw new NotFound(
      `${app} is no app of the stage, nor of the repository here; ${didYouMean(app, here.apps())}`,
    )
  if (service === undefined) return
  const known = [...new Set([...Object.keys(pushed?.bundle.manifest.services ?? {}), ...here.services(app)])]
  if (known.includes(service)) return
  throw new InvalidInput(
    place,
    `${app} has no service ${JSON.stringify(service)}`,
    didYouMean(service, known),
  )
}

/** The manifests that count: what runs, and what the next deployment brings. */
export const manifestsOf = ({ pushed, running }: KnownApp): Manifest[] =>
  [running?.app, pushed].flatMap((app) => (app ? [app.bundle.manifest] : []))
