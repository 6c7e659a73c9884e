// @ts-check
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { programEnvironment } from './settings.mjs'

/**
 * In the local region all instances share one machine: each listens on its own address, and finds names by
 * the resolver that its image has on AWS. A program in Go that asks for neither is compiled with a `net` that
 * does, as the preload does it for Node.
 * @type {{file: string, at: string, put: string, imports?: string}[]}
 */
const CHANGES = [
  {
    file: 'net/tcpsock_posix.go',
    at: 'func (sl *sysListener) listenTCPProto(ctx context.Context, laddr *TCPAddr, proto int) (*TCPListener, error) {\n',
    put: `	if own, found := syscall.Getenv("HOST"); found && laddr != nil && laddr.isWildcard() {
		if ip := ParseIP(own); ip != nil {
			laddr = &TCPAddr{IP: ip, Port: laddr.Port}
		}
	}
`,
  },
  {
    file: 'net/dnsconfig_unix.go',
    at: '		timeout:  5 * time.Second,\n		attempts: 2,\n	}\n',
    put: `	if own, found := syscall.Getenv("RESOLVER"); found && own != "" {
		conf.servers = splitAtBytes(own, ",")
		conf.search = []string{"service.consul."}
		return conf
	}
`,
    imports: 'syscall',
  },
]

/**
 * The flags for such a program; none for one that asks for `HOST`, and, with a sentence, for a Go whose `net`
 * looks different.
 * @param {string} source folder of the program
 * @param {string} archive folder of the unpacked archive, with its libraries
 * @param {string} programs where a machine keeps what builds use again
 * @param {string} main the package of the program, as `go` takes it
 * @returns {string[]}
 */
export function ownAddress(source, archive, programs, main = '.') {
  if (asksForHost(source, archive, main)) return []
  const { stdout, status } = spawnSync('go', ['env', 'GOROOT'], {
    encoding: 'utf8',
    cwd: archive,
    env: programEnvironment({}),
  })
  const sources = join((stdout ?? '').trim(), 'src')
  if (status !== 0) return []
  const changed = CHANGES.map((change) => ({
    file: join(sources, change.file),
    text: changedText(sources, change),
  }))
  if (changed.some(({ text }) => text === undefined)) {
    process.stdout.write(
      `${source}: the package net of this Go is one that is not known here, so the program listens on all addresses; let it ask for HOST and RESOLVER\n`,
    )
    return []
  }
  const named = createHash('sha256').update(JSON.stringify(changed)).digest('hex').slice(0, 16)
  const folder = join(programs, 'go-host', named)
  const overlay = join(folder, 'overlay.json')
  if (!existsSync(overlay)) {
    mkdirSync(folder, { recursive: true })
    const copies = changed.map(({ file, text }) => {
      const copy = join(folder, basename(file))
      writeFileSync(copy, text ?? '')
      return [file, copy]
    })
    // Several builds may write it at the same time.
    writeFileSync(`${overlay}.${process.pid}`, JSON.stringify({ Replace: Object.fromEntries(copies) }))
    renameSync(`${overlay}.${process.pid}`, overlay)
  }
  return ['-overlay', overlay]
}

/**
 * @param {string} sources @param {typeof CHANGES[number]} change
 * @returns {string | undefined} undefined where the file is another one
 */
function changedText(sources, { file, at, put, imports }) {
  const place = join(sources, file)
  if (!existsSync(place)) return undefined
  const text = readFileSync(place, 'utf8')
  if (text.split(at).length !== 2) return undefined
  const changed = text.replace(at, at + put)
  return imports === undefined ? changed : changed.replace('import (\n', `import (\n\t"${imports}"\n`)
}

/**
 * The program itself, then the packages beside it that it uses: a library may have one that asks and that the
 * program does without.
 * @param {string} source @param {string} archive @param {string} main
 */
const asksForHost = (source, archive, main) =>
  goFiles(source).some(asks) ||
  packagesIn(archive, source, main).some((folder) => goFilesOf(folder).some(asks))

/** @param {string} file */
const asks = (file) => ASKS.test(readFileSync(file, 'utf8'))

/**
 * The folders of the packages that a program is made from, as far as they are in the archive.
 * @param {string} archive @param {string} source @param {string} main @returns {string[]}
 */
function packagesIn(archive, source, main) {
  const args = ['list', '-deps', '-f', '{{if not .Standard}}{{.Dir}}{{end}}', main]
  const { stdout } = spawnSync('go', args, { encoding: 'utf8', cwd: source, env: programEnvironment({}) })
  return (stdout ?? '').split('\n').filter((folder) => folder.startsWith(`${resolve(archive)}/`))
}

/** @param {string} folder */
const goFilesOf = (folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.go'))
    .map((name) => join(folder, name))

/** @param {string} folder @returns {string[]} */
const goFiles = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return /^(node_modules|\..*)$/.test(entry.name) ? [] : goFiles(path)
    return entry.isFile() && entry.name.endsWith('.go') ? [path] : []
  })

/** Consul's agent is told its address by its configuration. */
const ASKS = /["'`](HOST|RESOLVER|bind_addr)["'`]/
