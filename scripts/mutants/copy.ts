import { cpSync, symlinkSync } from 'node:fs'
import { basename, join } from 'node:path'

/** Packages are linked; the rest is made by tools, and no test needs it. */
const LEFT_BEHIND = new Set(['node_modules', '.git', '.nanofleet', '.serverless', '.esbuild', 'coverage'])

/** Copies a checkout, so that its files can be changed; the packages are shared. */
export function copyCheckout(from: string, to: string): void {
  cpSync(from, to, { recursive: true, filter: (path) => !LEFT_BEHIND.has(basename(path)) })
  symlinkSync(join(from, 'node_modules'), join(to, 'node_modules'))
}
