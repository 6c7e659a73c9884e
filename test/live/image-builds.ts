import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { OwnEmulator } from './own-emulator.ts'
import { toolDoubles } from './tool-doubles.ts'

const repository = join(import.meta.dirname, '..', '..')

/** The unit of the EBS direct APIs. */
export const BLOCK = 512 * 1024

/** The settings of a build's service as they are in `config.json`. */
export const CONFIG = { Program: '/usr/bin/program', Args: ['--port', '8080'], Env: { MODE: 'test' } }

/** A folder in which the build's script runs as in CodeBuild, with stand-ins for Docker and ops. */
export class ImageBuilds {
  readonly folder = mkdtempSync(join(tmpdir(), 'build-'))
  readonly #client: OwnEmulator['client'] | undefined

  /** @param client where `start` and `build` make AMIs */
  constructor(client?: OwnEmulator['client']) {
    this.#client = client
  }

  /** Tools, a release of Nanos, and a container's file system as Debian lays it out. */
  async prepareMachine(): Promise<this> {
    await toolDoubles(join(this.folder, 'bin'))
    for (const klib of ['tls', 'userdata']) this.put(`ops/.ops/0.1.55/klibs/${klib}`, 'klib')
    this.put('ops/.ops/0.1.55/kernel.img', 'kernel')
    // Without a shell; the libraries behind a link at the top; a link to nothing.
    this.put('tree/usr/bin/program', 'a program')
    chmodSync(join(this.folder, 'tree/usr/bin/program'), 0o755)
    this.put('tree/usr/lib/libc.so.6', Buffer.alloc(3 * BLOCK, 'c'))
    this.put('tree/etc/os-release', 'an image')
    symlinkSync('usr/lib', join(this.folder, 'tree/lib'))
    symlinkSync('/usr/bin/program', join(this.folder, 'tree/usr/bin/alias'))
    symlinkSync('/proc/mounts', join(this.folder, 'tree/etc/gone'))
    return this
  }

  /** A machine, and a source. */
  async prepare(): Promise<this> {
    await this.prepareMachine()
    this.put('src/images/web/page/config.json', JSON.stringify(CONFIG))
    this.put('src/images/web/page/Dockerfile', 'FROM scratch\n')
    cpSync(join(repository, 'buildspecs'), join(this.folder, 'src/buildspecs'), { recursive: true })
    return this
  }

  put(path: string, content: string | Buffer): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true })
    writeFileSync(join(this.folder, path), content)
  }

  remove(path = ''): void {
    rmSync(join(this.folder, path), { recursive: true, force: true })
  }

  /** The disk image that ops made last. */
  disk(): Buffer {
    return readFileSync(join(this.folder, 'disk'))
  }

  /** Starts the build's script, as the buildspec does; `said` grows. */
  start(more: Record<string, string> = {}): ChildProcess & { said: string } {
    if (!this.#client) throw new RangeError('this machine has no region')
    const { endpoint, region, credentials } = this.#client
    const child = spawn(process.execPath, ['buildspecs/ops.mjs'], {
      cwd: join(this.folder, 'src'),
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: `${join(this.folder, 'bin')}:${process.env.PATH}`,
        TMPDIR: this.folder,
        OPS_HOME: join(this.folder, 'ops'),
        NANOFLEET_REPO: repository,
        AWS_ENDPOINT_URL: endpoint,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        ...{ APP: 'web', SERVICE: 'page', HASH: '0123456789abcdef', STAGE: 'dev' },
        ...{ BUCKET: 'nanofleet-dev-1', ARCH: 'x86_64', AWS_REGION: region },
        RESOLVERS: '10.77.0.10,10.77.16.10',
        ...more,
      },
    })
    const started = Object.assign(child, { said: '' })
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        started.said += chunk.toString()
      })
    return started
  }

  /** Runs a build to its end; `imageId` is empty when it made none. */
  async build(more: Record<string, string> = {}): Promise<{ imageId: string; said: string }> {
    const child = this.start(more)
    await once(child, 'close')
    const file = join(this.folder, 'src', 'image-id')
    const imageId = existsSync(file) ? readFileSync(file, 'utf8') : ''
    rmSync(file, { force: true })
    return { imageId, said: child.said }
  }
}
