/**
 * Writes all templates that the apps below `images/` can produce into a folder, for a local and two other
 * stages, so that `npm run check` can lint them: `node scripts/templates.ts <folder>`.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadApps } from '../adapters/sources/app-sources.ts'
import type { AppBundle } from '../core/base/bundle.ts'
import type { Stage } from '../core/base/stage.ts'
import { appTemplates } from '../core/template/app-templates.ts'
import { parsedApp } from '../core/template/parsed-app.ts'
import { SAMPLE_STAGES } from './sample-stages.ts'

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('Usage: node scripts/templates.ts <folder>')

function templatesOf(bundle: AppBundle, stage: Stage): [string, unknown][] {
  const name = `${stage.name}-${bundle.manifest.app}`
  const { own, services } = appTemplates(parsedApp(bundle), stage)
  return [
    [name, own],
    ...Object.entries(services).map(([service, template]): [string, unknown] => [
      `${name}-${service}`,
      template,
    ]),
  ]
}

const apps = await loadApps(join(import.meta.dirname, '..'))
await mkdir(folder, { recursive: true })
for (const stage of SAMPLE_STAGES) {
  for (const { bundle } of apps) {
    for (const [name, template] of templatesOf(bundle, stage)) {
      await writeFile(join(folder, `${name}.json`), `${JSON.stringify(template, undefined, 2)}\n`)
    }
  }
}
