import { accessSync, constants } from 'node:fs'
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { cache, node24, versions } from './places.mjs'
import { logged } from './run.mjs'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const folder = join(cache, `chromium-${versions.chromium}`)

/** The browser for tests: the machine's, else the one that set-up keeps in the cache. */
export const browserPath = () => machineBrowser() ?? join(folder, 'chrome')

/** A browser on PATH; undefined when there is none. */
export function machineBrowser() {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return NAMES.flatMap((name) => folders.map((place) => join(place, name))).find(isExecutable)
}

/**
 * The set-up step that fetches a browser without root: `@sparticuz/chromium` (MIT; Chromium itself is BSD) packs
 * a headless Chromium for x86-64 with the libraries that a bare Linux lacks (NSS, NSPR, expat) and fonts.
 */
export function chromium() {
  return {
    title: `Chromium ${versions.chromium.split('.')[0]}`,
    why: 'no browser on this machine, and tests look at the pages in one',
    lasts: 'about 20 s',
    stamp: join(folder, '.nanofleet'),
    key: versions.chromium,
    async work() {
      const unpacked = join(folder, 'unpacked')
      await rm(folder, { recursive: true, force: true })
      await mkdir(unpacked, { recursive: true })
      const name = `@sparticuz/chromium@${versions.chromium}`
      await logged('npm', ['install', '--prefix', folder, '--ignore-scripts', '--no-save', name])
      const module = join(folder, 'node_modules', '@sparticuz', 'chromium', 'build', 'index.js')
      // Told that it is inside a Lambda, it unpacks the libraries too; it unpacks into TMPDIR.
      await logged(
        node24,
        ['-e', `import(${JSON.stringify(module)}).then((it) => it.default.executablePath())`],
        {
          env: { ...process.env, TMPDIR: unpacked, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' },
        },
      )
      await writeFile(join(folder, 'chrome'), launcher(unpacked))
      await chmod(join(folder, 'chrome'), 0o755)
    },
  }
}

/** The machine's libraries come first; the packed ones fill the gaps. */
function launcher(unpacked) {
  const library = join(unpacked, 'al2023', 'lib')
  return `#!/bin/sh
export LD_LIBRARY_PATH="\${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}/usr/lib/x86_64-linux-gnu:/usr/lib64:${library}"
export FONTCONFIG_PATH="\${FONTCONFIG_PATH:-${join(unpacked, 'fonts')}}"
exec "${join(unpacked, 'chromium')}" "$@"
`
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
