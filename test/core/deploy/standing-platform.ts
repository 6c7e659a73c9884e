import { appTemplates } from '../../../core/template/app-templates.ts'
import type { App } from '../../../core/template/parsed-app.ts'
import type { MemoryStacks } from '../../support/memory-stacks.ts'
import { stage } from '../../support/stage.ts'

/** The platform's stacks as a deployment left them, without one resource of its own one. */
export function standPlatform(stacks: MemoryStacks, platform: App, without = ''): void {
  const { own, services } = appTemplates(platform, stage)
  const { [without]: _gone, ...Resources } = own.Resources
  const tags = { 'nanofleet:stage': stage.name, 'nanofleet:app': 'platform' }
  const stand = (name: string, template: unknown, more: Record<string, string> = {}) =>
    stacks.stand(
      { name, template: JSON.stringify(template), parameters: {}, tags: { ...tags, ...more } },
      'CREATE_COMPLETE',
    )
  stand('nanofleet-dev-platform', { ...own, Resources })
  for (const [service, template] of Object.entries(services))
    stand(`nanofleet-dev-platform-${service}`, template, { 'nanofleet:service': service })
}
