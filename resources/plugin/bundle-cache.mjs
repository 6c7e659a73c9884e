import { createHash } from 'node:crypto'
import { cp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/**
 * Caches the output of an esbuild call in `.nanofleet/bundles` and uses it while none of its inputs has
 * changed: the options and plugins, the text of every file of ours in it, and the packages that npm has
 * installed.
 * @param root of the checkout
 * @param make calls esbuild
 */
export function kept(root, make) {
  return async (options) => {
    const folder = join(root, '.nanofleet', 'bundles', digest(options.entryPoints.join()).slice(0, 16))
    const plugins = (options.plugins ?? []).map(({ setup }) => String(setup))
    const key = digest(`${JSON.stringify({ ...options, plugins })}${await installed(root)}`)
    if (await isFresh(root, folder, key)) {
      await cp(join(folder, 'made'), options.outdir, { recursive: true })
      return
    }
    const began = Date.now()
    const { metafile } = await make({ ...options, metafile: true })
    await keep(root, folder, { key, began }, metafile)
  }
}

async function isFresh(root, folder, key) {
  const record = await readFile(join(folder, 'record.json'), 'utf8').then(JSON.parse, absent)
  if (record?.key !== key) return false
  const same = Object.entries(record.inputs).map(
    async ([file, before]) => digest(await readFile(join(root, file)).catch(absent)) === before,
  )
  return (await Promise.all(same)).every(Boolean)
}

/**
 * The record is written last: without it, the cached files are not used. A file that changed during the build
 * may have gone in before or after the change, so nothing is recorded then.
 */
async function keep(root, folder, { key, began }, { inputs, outputs }) {
  await rm(folder, { recursive: true, force: true })
  // A plugin's virtual files have a colon in their names; the plugin's own text is in the key.
  const own = Object.keys(inputs).filter((file) => !isOfPackage(file) && !file.includes(':'))
  const changes = await Promise.all(own.map(async (file) => (await stat(join(root, file))).mtimeMs))
  if (changes.some((at) => at >= began)) return
  await mkdir(join(folder, 'made'), { recursive: true })
  for (const file of Object.keys(outputs)) await cp(join(root, file), join(folder, 'made', basename(file)))
  const digests = own.map(async (file) => [file, digest(await readFile(join(root, file)))])
  const record = { key, inputs: Object.fromEntries(await Promise.all(digests)) }
  await writeFile(join(folder, 'record.json'), JSON.stringify(record))
}

/** Also of those beside us, where we are a package ourselves. */
const isOfPackage = (file) => /^(\.\.\/)*node_modules\/|^\.\.\//.test(file)

/**
 * What npm has installed, with the checksum of each package: in our node_modules, or in those that we are in.
 */
async function installed(root) {
  for (let folder = root; ; folder = dirname(folder)) {
    const list = await readFile(join(folder, 'node_modules', '.package-lock.json')).catch(absent)
    if (list !== undefined || folder === dirname(folder)) return digest(list)
  }
}

const digest = (data) =>
  createHash('sha256')
    .update(data ?? '')
    .digest('hex')

function absent(error) {
  if (error.code !== 'ENOENT') throw error
}
