import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Stand-ins for Docker and nanovms/ops, programs in a folder for PATH. They behave as the real ones were seen
 * to behave (docs/unikernels.md). `docker export` gives the folder `tree` beside theirs, links and all, and
 * starts nothing. ops reads its configuration strictly and ends with 0 when it refuses it, takes a link at
 * the top for a file, leaves out links that lead nowhere on this machine, cuts an image's name at its first
 * dot, and leaves a copy of each disk image as `disk` beside the folder.
 */
export async function toolDoubles(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const [name, text] of [
    ['docker', DOCKER],
    ['ops', OPS],
  ] as const) {
    await writeFile(join(folder, name), `#!${process.execPath}\n${text}`)
    await chmod(join(folder, name), 0o755)
  }
}

const DOCKER = `
const { execFileSync } = require('node:child_process'), path = require('node:path')
const [verb, ...args] = process.argv.slice(2)
if (verb === 'build') console.log('built')
else if (verb === 'create') console.log('0123456789ab')
else if (verb === 'rm') console.log(args[0])
else if (verb === 'export')
  execFileSync('tar', ['--create', '--file', args[args.indexOf('--output') + 1], '--directory', path.join(__dirname, '..', 'tree'), '.'])
else { console.error('docker: unknown command ' + verb); process.exitCode = 1 }
`

const OPS = `
const fs = require('node:fs'), path = require('node:path')
const args = process.argv.slice(2)
const flag = (name) => args[args.indexOf(name) + 1]
const fail = (text) => { console.error(text); process.exit(1) }
// ops prints why it refuses a configuration, then how it is used, and ends as if all were well.
const refuse = (text) => { console.log(text + '\\n\\nUsage:\\n  ops image create'); process.exit(0) }
const home = path.join(process.env.OPS_HOME, '.ops')
// As where nothing answers ops, which asks for the newest release at every start.
if (!fs.existsSync(path.join(home, 'latest.txt'))) fail('No local build found.')
const arch = flag('--arch'), version = flag('--nanos-version')
const KNOWN = ['Args','BaseVolumeSz','Debugflags','Env','Klibs','ManifestPassthrough','Mounts','NameServers','NanosVersion',
  'NoTrace','Uefi','RebootOnExit','RunConfig','CloudConfig','TargetConfig','Version','Language','Description','Program','Dirs','Files','MapDirs']
const strict = (file) => {
  const value = JSON.parse(fs.readFileSync(file, 'utf8'))
  for (const key of Object.keys(value))
    if (!KNOWN.some((name) => name.toLowerCase() === key.toLowerCase())) refuse('json: unknown field "' + key + '"')
  return value
}
if (args[0] !== 'image' || args[1] !== 'create') fail('unknown command ' + args.join(' '))
const config = strict(flag('--config'))
const folder = path.join(home, 'local_packages', arch, flag('--package'))
const manifest = strict(path.join(folder, 'package.manifest'))
const release = path.join(home, version + (arch === 'arm64' ? '-arm' : ''))
if (!fs.existsSync(release)) fail('release ' + version + ' would be downloaded')
for (const klib of config.Klibs ?? [])
  if (!fs.existsSync(path.join(release, 'klibs', klib))) console.log('klib ' + klib + ' not found')
const sysroot = path.join(folder, 'sysroot'), files = []
for (const name of fs.readdirSync(sysroot)) {
  const place = path.join(sysroot, name)
  if (fs.lstatSync(place).isDirectory()) walk(place)
  else if (fs.statSync(place).isDirectory()) fail('cannot read file "' + place + '": read ' + place + ': is a directory')
  else files.push([place, fs.readFileSync(place)])
}
function walk(at) {
  for (const name of fs.readdirSync(at)) {
    const place = path.join(at, name), found = fs.lstatSync(place)
    if (found.isDirectory()) walk(place)
    else if (!fs.existsSync(place)) console.log('warning: stat ' + place)
    else if (found.isSymbolicLink()) files.push([place, Buffer.from('-> ' + fs.readlinkSync(place))])
    else files.push([place, fs.readFileSync(place)])
  }
}
const text = JSON.stringify({ ...manifest, Args: [...manifest.Args, ...(config.Args ?? [])], Env: config.Env, NameServers: config.NameServers })
const sized = /^(\\d+)([kmg]?)$/i.exec(config.BaseVolumeSz ?? '')
const least = sized ? sized[1] * { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[sized[2].toLowerCase()] : 0
const image = path.join(home, 'images', flag('--imagename').split('.')[0])
fs.mkdirSync(path.dirname(image), { recursive: true })
const out = fs.openSync(image, 'w')
fs.writeSync(out, Buffer.from(text), 0, undefined, 0)
let at = 12 * 1024 * 1024
for (const [place, content] of files.sort()) {
  fs.writeSync(out, Buffer.from(path.relative(sysroot, place) + '\\0'), 0, undefined, at)
  at += 512
  if (content.length > 0) fs.writeSync(out, content, 0, content.length, at)
  at += Math.ceil(content.length / 512) * 512
}
fs.ftruncateSync(out, Math.max(at, least))
fs.closeSync(out)
fs.copyFileSync(image, path.join(__dirname, '..', 'disk'))
`
