import { join } from 'node:path'
import { capture } from './jobs.mjs'
import { checkTools } from './places.mjs'

/** The page about the rooms of `local/region/` as its imports draw it; with `--check` whether docs/ holds that page. */
export function regionRooms(args = []) {
  const python = join(checkTools, 'bin', 'python')
  const env = { PYTHONPATH: 'local', PYTHONDONTWRITEBYTECODE: '1' }
  return capture(python, [join('scripts', 'rooms_region.py'), ...args], env)
}
