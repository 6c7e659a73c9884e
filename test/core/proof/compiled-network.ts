import type { AppBundle } from '../../../core/base/bundle.ts'
import type { Template } from '../../../core/base/cloudformation.ts'
import { appStack, controlStack, serviceStack } from '../../../core/base/names.ts'
import type { Stage } from '../../../core/base/stage.ts'
import { provenPaths } from '../../../core/proof/network-proof.ts'
import { type AppTemplates, appTemplates } from '../../../core/template/app-templates.ts'
import { controlNetwork } from '../../../core/template/control-network.ts'
import { type App, parsedApp } from '../../../core/template/parsed-app.ts'

/** All templates of a stage by the name of their stack, in the order of their deployment. */
export type Compiled = Map<string, Template>

const parsed = new WeakMap<AppBundle, App>()

/** A bundle is parsed once, however many variants of its templates are tried. */
function appOf(bundle: AppBundle): App {
  const app = parsed.get(bundle) ?? parsedApp(bundle)
  parsed.set(bundle, app)
  return app
}

/** Compiles the control plane's network and every stack of the apps. */
export function compile(stage: Stage, bundles: readonly AppBundle[]): Compiled {
  const compiled: Compiled = new Map([[controlStack(stage.name), controlNetwork(stage)]])
  for (const bundle of bundles) {
    const { app, own, services } = appTemplates(appOf(bundle), stage)
    compiled.set(appStack(stage.name, app), own)
    for (const [service, template] of Object.entries(services))
      compiled.set(serviceStack(stage.name, app, service), template)
  }
  return compiled
}

/** The templates as the product hands them on, so that some of them can be others than it made. */
export function templatesOf(compiled: Compiled, stage: Stage, { manifest }: AppBundle): AppTemplates {
  const template = (name: string): Template => {
    const found = compiled.get(name)
    if (!found) throw new RangeError(`no template of ${name}`)
    return found
  }
  const services = Object.keys(manifest.services).map((service) => [
    service,
    template(serviceStack(stage.name, manifest.app, service)),
  ])
  return {
    app: manifest.app,
    own: template(appStack(stage.name, manifest.app)),
    services: Object.fromEntries(services),
  }
}

/** The paths that the templates lack, one sentence each. */
export function missing(compiled: Compiled, stage: Stage, bundles: readonly AppBundle[]): string[] {
  const control = compiled.get(controlStack(stage.name))
  return provenPaths({
    stage,
    ...(control && { control }),
    compiled: bundles.map((bundle) => templatesOf(compiled, stage, bundle)),
    paths: bundles.map(appOf),
  }).map(({ path, lacks }) => `${path}: ${lacks}`)
}
