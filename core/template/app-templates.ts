import type { Template } from '../base/cloudformation.ts'
import { appStack } from '../base/names.ts'
import type { Stage } from '../base/stage.ts'
import { appTemplate } from './app.ts'
import type { App } from './parsed-app.ts'
import { serviceTemplate } from './service.ts'
import { templateText } from './text.ts'

/** The templates of all stacks of an app. */
export interface AppTemplates {
  app: string
  own: Template
  services: Record<string, Template>
}

/**
 * Compiles an app: its own template and that of each of its services.
 * @throws {InvalidInput} if its resources take a name that the template needs, or are too many for a stack
 */
export function appTemplates(app: App, stage: Stage): AppTemplates {
  const { bundle } = app
  const name = bundle.manifest.app
  const own = appTemplate(app, stage)
  // Refused here, before anything has changed.
  templateText(appStack(stage.name, name), own)
  const services = Object.keys(bundle.manifest.services).map((service) => [
    service,
    serviceTemplate({ bundle, service, stage }),
  ])
  return { app: name, own, services: Object.fromEntries(services) }
}
