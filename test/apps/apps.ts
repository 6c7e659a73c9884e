import { join } from 'node:path'
import { loadApps } from '../../adapters/sources/app-sources.ts'
import type { AppBundle } from '../../core/base/bundle.ts'
import { readApp } from '../../core/template/app-folder.ts'

export const ROOT = join(import.meta.dirname, '../..')

let loaded: Promise<AppBundle[]> | undefined

/** The apps in this repository, as a push would upload them; they are read once in each file of tests. */
export async function repositoryApps(): Promise<AppBundle[]> {
  loaded ??= loadApps(ROOT).then((apps) => apps.map(({ bundle }) => bundle))
  return [...(await loaded)]
}

/** A bundle of an app that exists only in a test: its manifest, other files, and empty configurations. */
export function sampleApp(app: string, manifest: string, files: Record<string, string> = {}): AppBundle {
  const services = [...manifest.matchAll(/^ {2}([a-z0-9-]+):/gm)].map(([, name = '']) => name)
  const all = new Map([
    ['app.yml', `app: ${app}\n${manifest}`],
    ...services.map((service) => [`${service}/config.json`, '{"Program": "/p"}'] as const),
    ...Object.entries(files),
  ])
  const pieces = readApp(app, all)
  const bundled = Object.entries(pieces.services).map(([name, service]) => [
    name,
    { ...service, source: 'a1'.repeat(32) },
  ])
  return {
    format: 1,
    manifest: pieces.manifest,
    resources: pieces.resources,
    services: Object.fromEntries(bundled),
  }
}
