// @ts-check
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

/** Made by Docker or by the kernel it runs on; a unikernel has its own, or none. */
const NOT_PACKED = [
  'dev',
  'proc',
  'sys',
  '.dockerenv',
  'etc/mtab',
  'etc/hostname',
  'etc/hosts',
  'etc/resolv.conf',
]

/** As Docker gives to every container: without it nothing knows the name. */
const HOSTS = '127.0.0.1\tlocalhost\n'

/**
 * Turns a container's file system into one that ops packs as it is: ops copies what a link at the top leads
 * to as a file, which fails for folders (`/lib → usr/lib`), looks up other links on the building machine, and
 * opens whatever is no folder.
 * @param {string} root the unpacked file system
 * @returns {{dropped: string[]}} paths of the image that cannot be in it: links to nothing, devices, sockets
 */
export function tidyRoot(root) {
  /** @type {string[]} */
  const dropped = []
  const links = visit(root, root, dropped)
  // Whether a link leads to something is known once every one of them stays inside the tree.
  for (const link of links) {
    if (existsSync(link)) continue
    rmSync(link)
    dropped.push(`/${relative(root, link)}`)
  }
  for (const name of readdirSync(root)) unfoldLink(root, name)
  mkdirSync(join(root, 'etc'), { recursive: true })
  writeFileSync(join(root, 'etc', 'hosts'), HOSTS)
  return { dropped: dropped.sort() }
}

/**
 * Makes everything below readable, and each link relative.
 * @param {string} root
 * @param {string} folder
 * @param {string[]} dropped
 * @returns {string[]} the links
 */
function visit(root, folder, dropped) {
  /** @type {string[]} */
  const links = []
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    // Removed where it lies in the tree: a path through a link may lead to a file of this machine.
    if (NOT_PACKED.includes(relative(root, path))) {
      rmSync(path, { recursive: true, force: true })
    } else if (entry.isSymbolicLink()) {
      keepInside(root, path)
      links.push(path)
    } else if (entry.isDirectory()) {
      chmodSync(path, lstatSync(path).mode | 0o700)
      links.push(...visit(root, path, dropped))
    } else if (entry.isFile()) {
      chmodSync(path, lstatSync(path).mode | 0o400)
    } else {
      rmSync(path)
      dropped.push(`/${relative(root, path)}`)
    }
  }
  return links
}

/**
 * An absolute link means the image's own `/`, and a relative one cannot leave it.
 * @param {string} root
 * @param {string} link
 */
function keepInside(root, link) {
  const target = readlinkSync(link)
  const from = `/${relative(root, dirname(link))}`
  const inside = resolve(from, target)
  const wanted = relative(from, inside) || '.'
  if (wanted === target) return
  rmSync(link)
  symlinkSync(wanted, link)
}

/**
 * Replaces a link from the top to a folder by a folder of links to what is in there.
 * @param {string} root
 * @param {string} name
 */
function unfoldLink(root, name) {
  const link = join(root, name)
  if (!lstatSync(link).isSymbolicLink() || !statSync(link).isDirectory()) return
  const target = readlinkSync(link)
  const names = readdirSync(link)
  rmSync(link)
  mkdirSync(link)
  for (const one of names) symlinkSync(join('..', target, one), join(link, one))
}
