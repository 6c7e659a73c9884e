#!/usr/bin/env node
// Starts the command line under the Node that the repository installs: the sources are TypeScript, which
// Node runs as it is from 22.18 on. No dependencies, so that it can explain what is missing.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const repository = dirname(dirname(fileURLToPath(import.meta.url)))
const node = join(repository, 'node_modules', 'node', 'bin', 'node')
if (!existsSync(node)) {
  console.error('nanofleet: the packages are not installed; run "npm run setup" in the repository first.')
  process.exit(1)
}
const child = spawn(
  node,
  ['--disable-warning=ExperimentalWarning', join(repository, 'cli', 'main.ts'), ...process.argv.slice(2)],
  {
    stdio: 'inherit',
  },
)
// The terminal sends Ctrl-C to both; the child decides what it means.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => child.kill('SIGTERM'))
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)))
