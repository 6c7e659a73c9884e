import { stringify } from 'yaml'
import { definition } from './definition.ts'
import type { Planned } from './planned.ts'

/** The files of an app, by path relative to the repository. */
export function appFiles(app: string, services: readonly Planned[], from: string): Map<string, string> {
  const folder = `images/${app}`
  const files = new Map([[`${folder}/app.yml`, manifest(app, services, from)]])
  for (const service of services) {
    const at = `${folder}/${service.name}`
    files.set(`${at}/config.json`, json(config(service)))
    const found = definition(service)
    if (found) files.set(`${at}/consul.json`, json(found))
    const own = [...service.workload.files].filter(([path]) => isFilePath(path))
    for (const [path, text] of own) files.set(`${at}/files${path}`, text)
    const copy = own.length > 0 ? `COPY ${at}/files/ /\n` : ''
    files.set(`${at}/Dockerfile`, `${service.image.dockerfile.replace(/\n*$/, '\n')}${copy}`)
  }
  return files
}

/** A path that stays below the folder it is put into. */
const isFilePath = (path: string): boolean =>
  /^(\/[A-Za-z0-9_.@+~-]+)+$/.test(path) && !/\/\.{1,2}(\/|$)/.test(path)

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

function config({ image, baked, args, workload }: Planned): object {
  const cwd = workload.workingFolder ?? image.cwd
  return {
    Program: image.program,
    Args: args,
    Env: Object.fromEntries(baked),
    ...(cwd?.startsWith('/') && cwd !== '/' && { ManifestPassthrough: { cwd } }),
  }
}

function manifest(app: string, services: readonly Planned[], from: string): string {
  const value = {
    app,
    requires: ['platform'],
    services: Object.fromEntries(services.map((service) => [service.name, entry(service)])),
  }
  const head = `# Made by "nanofleet init --from ${from}"; docs/manifest.md has every key.\n`
  return head + stringify(value, { lineWidth: 110, aliasDuplicateObjects: false })
}

function entry({ image, port, protocol, needs, workload, expose, instanceType, env }: Planned): object {
  const count = workload.count
  return {
    ...(image.source !== undefined && { source: image.source }),
    ...(image.ignore !== undefined && image.ignore.length > 0 && { ignore: image.ignore }),
    ...(port !== undefined && { port, protocol }),
    ...(needs.length > 0 && { needs }),
    ...(count !== undefined && { count: Math.min(count, 100) }),
    ...(expose && { expose }),
    ...(instanceType !== 't3.micro' && { instanceType }),
    ...(env.size > 0 && { env: Object.fromEntries(env) }),
    ...(workload.stateful && { stateful: true }),
  }
}
