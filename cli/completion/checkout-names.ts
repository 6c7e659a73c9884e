import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Names that a person may mean, from folders: nothing is parsed and no stage is asked. */
export interface CheckoutNames {
  apps(): string[]
  services(app: string): string[]
  /** Of the control plane. */
  functions(): string[]
}

/**
 * @param root the repository of the apps
 * @param own Nanofleet's own files
 */
export function checkoutNames(root: string, own = root): CheckoutNames {
  const images = join(root, 'images')
  return {
    apps: () => folders(images).filter((app) => existsSync(join(images, app, 'app.yml'))),
    services: (app) =>
      folders(join(images, app)).filter((service) => existsSync(join(images, app, service, 'config.json'))),
    functions: () =>
      entries(join(own, 'functions')).flatMap(({ name }) => /^([a-z-]+)\.[jt]s$/.exec(name)?.[1] ?? []),
  }
}

const entries = (folder: string) => (existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [])

const folders = (folder: string): string[] =>
  entries(folder).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
