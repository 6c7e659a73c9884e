#!/usr/bin/env node
// Starts the command line: in this Node if it runs TypeScript directly, otherwise in the one that the
// repository installs. No dependencies and nothing newer than Node 20, so that it can explain what is
// missing.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const self = fileURLToPath(import.meta.url)
const modules = join(dirname(dirname(self)), 'node_modules')
const node = join(modules, 'node', 'bin', 'node')
const [major, minor] = process.versions.node.split('.').map(Number)
// Type stripping is stable, and warns of nothing, from 24.12 on.
const isRecent = major > 24 || (major === 24 && minor >= 12)

if (!existsSync(isRecent ? join(modules, 'commander') : node)) {
  console.error('nanofleet: the packages are not installed; run "npm run setup" in the repository first.')
  process.exit(1)
}
if (isRecent) {
  // Caches each file's code without types, and as compiled by V8, by its content: a changed file is compiled
  // again.
  nodeModule.enableCompileCache(join(modules, '.cache', 'nanofleet'))
  await import('./main.ts')
} else {
  const child = spawn(node, [self, ...process.argv.slice(2)], { stdio: 'inherit' })
  // The terminal sends Ctrl-C to both; the child decides what it means.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)))
}
