#!/usr/bin/env node
// Starts the command line: in this Node if it runs TypeScript directly, otherwise in the one that npm
// installed with it. No dependencies and nothing newer than Node 20, so that it can explain what is missing.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const self = fileURLToPath(import.meta.url)
const here = dirname(self)
/** A package of npm, here or above: where Nanofleet is a package itself, others are its neighbours. */
const installed = (name, folder = here) => {
  const place = join(folder, 'node_modules', name)
  if (existsSync(place)) return place
  return folder === dirname(folder) ? undefined : installed(name, dirname(folder))
}
const isPackage = here.split(/[\\/]/).includes('node_modules')
const [major, minor] = process.versions.node.split('.').map(Number)
// Type stripping is stable, and warns of nothing, from 24.12 on.
const isRecent = major > 24 || (major === 24 && minor >= 12)
const program = installed(isRecent ? 'commander' : 'node/bin/node')

if (program === undefined) {
  const why = isPackage
    ? 'npm did not run the script of the package node; use Node 24.12 or newer, or run "npm rebuild node".'
    : 'the packages are not installed; run "npm run setup" in the repository first.'
  console.error(`nanofleet: ${why}`)
  process.exit(1)
}
if (isRecent) {
  // Caches each file's code without types, and as compiled by V8, by its content: a changed file is compiled
  // again.
  nodeModule.enableCompileCache(join(dirname(program), '.cache', 'nanofleet'))
  const file = ['main.ts', 'main.js', '../dist/cli/main.js'].find((name) => existsSync(join(here, name)))
  await import(`./${file}`)
} else {
  const child = spawn(program, [self, ...process.argv.slice(2)], { stdio: 'inherit' })
  // The terminal sends Ctrl-C to both; the child decides what it means.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)))
}
