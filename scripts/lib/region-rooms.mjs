import { join } from 'node:path'
import { capture } from './jobs.mjs'
import { checkTools } from './places.mjs'

/**
 * Draws the page about the rooms of `local/region/` from its imports; with `--check` it checks the page in
 * docs/ instead.
 */
export function regionRooms(args = []) {
  const python = join(checkTools, 'bin', 'python')
  const env = { PYTHONPATH: 'local', PYTHONDONTWRITEBYTECODE: '1' }
  return capture(python, [join('scripts', 'rooms_region.py'), ...args], env)
}
