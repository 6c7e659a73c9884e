import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { onPath } from './on-path.mjs'
import { cache, node24, versions } from './places.mjs'
import { logged } from './run.mjs'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const folder = join(cache, `chromium-${versions.chromium}`)

/** The browser for tests: the machine's, or else the one that set-up keeps in the cache. */
export const browserPath = () => machineBrowser() ?? join(folder, 'chrome')

/** A browser on PATH; undefined when there is none. */
export const machineBrowser = () => onPath(NAMES)

/**
 * The set-up step that fetches a browser without root: `@sparticuz/chromium` (MIT; Chromium itself is BSD)
 * contains a headless Chromium for x86-64 with the libraries that a bare Linux lacks (NSS, NSPR, expat) and
 * fonts.
 */
export function chromium() {
  return {
    title: `Chromium ${versions.chromium.split('.')[0]}`,
    why: 'no browser on this machine, and tests need one to look at pages',
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
      // Only inside a Lambda does it unpack the libraries too, so it is told that it is in one; it unpacks
      // into TMPDIR.
      await logged(
        node24,
        ['-e', `import(${JSON.stringify(module)}).then((it) => it.default.executablePath())`],
        {
          env: { ...process.env, TMPDIR: unpacked, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' },
        },
      )
    },
  }
}

/**
 * The set-up step that makes it start with fonts. Its packed configuration names folders in a Lambda, and
 * without any fonts the browser crashes at the first form field.
 */
export function chromiumLauncher() {
  return {
    title: 'Launcher for Chromium',
    why: 'it has to find its libraries and fonts',
    lasts: 'no time',
    stamp: join(folder, '.launcher'),
    key: versions.chromium,
    async work() {
      const unpacked = join(folder, 'unpacked')
      await writeFile(join(folder, 'fonts.conf'), fonts(join(unpacked, 'fonts')))
      await writeFile(join(folder, 'chrome'), launcher(unpacked))
      await chmod(join(folder, 'chrome'), 0o755)
    },
  }
}

/** The packed fonts, and the machine's fonts for other letters. */
function fonts(packed) {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${packed}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${join(folder, 'font-cache')}</cachedir>
</fontconfig>
`
}

/** The machine's libraries come first; the packed ones fill the gaps. */
function launcher(unpacked) {
  const library = join(unpacked, 'al2023', 'lib')
  return `#!/bin/sh
export LD_LIBRARY_PATH="\${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}/usr/lib/x86_64-linux-gnu:/usr/lib64:${library}"
export FONTCONFIG_FILE="\${FONTCONFIG_FILE:-${join(folder, 'fonts.conf')}}"
exec "${join(unpacked, 'chromium')}" "$@"
`
}
