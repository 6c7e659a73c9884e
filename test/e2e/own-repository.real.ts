import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { readSettings } from '../../local/settings.ts'
import { LANGUAGES } from '../live/languages.ts'

const run = promisify(execFile)
const { environment, repository } = readSettings()

/** Both regions ask for the same ports and addresses, those of no lane. */
const PREFERRED = {
  NANOFLEET_PORT: '5966',
  NANOFLEET_GATEWAY_PORT: '9466',
  NANOFLEET_VPC_CIDR: '127.190.0.0/16',
}

const PROGRAM = `import { createServer } from 'node:http'
import { optionalPort } from 'nanofleet/lib/settings.ts'

createServer((request, response) => {
  response.end(request.url === '/healthz' ? 'ok' : 'hello from ' + process.env.GREETER)
}).listen(optionalPort('PORT', 8080), process.env.HOST)
`

/** That of hello takes our module for jobs, which is beside it in the checkout. */
const GO = `package main

import (
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
)

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "hello from go on i-0") })
	log.Fatal(http.ListenAndServe(net.JoinHostPort(os.Getenv("HOST"), os.Getenv("PORT")), nil))
}
`

/** The locks of packages that `nanofleet lock` writes. */
const LOCKS: Record<string, string> = {
  js: 'package-lock.json',
  python: 'requirements.txt',
  java: 'maven.lock.json',
}

const DOCKERFILE = `FROM node:24-slim
WORKDIR /app
COPY package*.json ./
RUN npm ci --omit=dev
COPY . .
EXPOSE 8080
CMD ["node", "server.js"]
`

const printSeconds = (what: string, since: number): boolean =>
  process.stderr.write(`${((performance.now() - since) / 1000).toFixed(1).padStart(7)} s  ${what}\n`)

/** A repository of apps outside every checkout. */
class Repository {
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
  }

  async put(path: string, text: string): Promise<void> {
    await mkdir(join(this.folder, path, '..'), { recursive: true })
    await writeFile(join(this.folder, path), text)
  }

  /** Runs a program here and prints how long it took. */
  async run(program: string, ...args: string[]): Promise<string> {
    const began = performance.now()
    const { stdout } = await run(program, args, {
      cwd: this.folder,
      env: { ...environment, ...PREFERRED },
      maxBuffer: 64 * 1024 * 1024,
    })
    const title = [program.split('/').at(-1), ...args].join(' ').replaceAll(tmpdir(), '')
    printSeconds(title, began)
    return stdout
  }

  nanofleet = (...args: string[]): Promise<string> =>
    this.run(join(this.folder, 'node_modules/.bin/nanofleet'), ...args)

  /** What the gateway answers to a request for this host name. */
  async ask(host: string): Promise<string> {
    const { gateway } = JSON.parse(await readFile(join(this.folder, '.nanofleet/local/state.json'), 'utf8'))
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const { port } = new URL(gateway)
    get({ host: '127.0.0.1', port, path: '/', headers: { host } }, async (answer) => {
      resolve(Buffer.concat(await answer.toArray()).toString())
    }).on('error', reject)
    return await promise
  }
}

describe('a repository of apps', () => {
  let place: string
  let shop: Repository
  let other: Repository
  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), 'nanofleet-own-'))
    shop = new Repository(join(place, 'shop'))
    other = new Repository(join(place, 'other'))
    await Promise.all([mkdir(shop.folder), mkdir(other.folder)])
  })
  afterAll(async () => {
    for (const { folder, nanofleet } of [shop, other])
      if ((await readdir(folder)).includes('.nanofleet')) await nanofleet('local', 'reset', '--yes')
    await rm(place, { recursive: true, force: true })
  }, 120_000)

  it('installs the package, packed as it is, in an empty folder', async () => {
    await run('npm', ['pack', '--pack-destination', place], { cwd: repository, env: environment })
    const [file = ''] = (await readdir(place)).filter((name) => name.endsWith('.tgz'))
    expect((await stat(join(place, file))).size).toBeLessThan(1_200_000)
    await shop.run('npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', '-D', join(place, file))
    // The other one gets the same files, as a second install would take as long.
    await run('cp', ['-al', join(shop.folder, 'node_modules'), join(other.folder, 'node_modules')])
    expect(await readdir(shop.folder)).toEqual(['node_modules', 'package-lock.json', 'package.json'])
  }, 300_000)

  it('is what commands ask for where there is none', async () => {
    await expect(shop.nanofleet('validate')).rejects.toMatchObject({
      code: 3,
      stderr: expect.stringContaining('has a nanofleet.yml, the root of a repository of apps'),
    })
  })

  it('gets an app of a folder with main.ts, which is right', async () => {
    for (const { put, nanofleet } of [bound(shop), bound(other)]) {
      await put('hello/main.ts', PROGRAM)
      await nanofleet('init', '--from', 'hello')
      expect(await nanofleet('validate', 'hello')).toBe('hello is right\n')
    }
    await shop.put('nanofleet.yml', 'defaults: {count: 2, env: {GREETER: the shop}}\n')
  }, 60_000)

  it('serves its app, and says how long that took', async () => {
    await shop.nanofleet('local', 'up')
    const began = performance.now()
    await shop.nanofleet('control', 'deploy')
    await shop.nanofleet('deploy', 'hello')
    expect(await shop.ask('hello.localhost')).toBe('hello from the shop')
    printSeconds('from the set-up to the answer', began)
    const [{ services }] = [JSON.parse(await shop.nanofleet('status', 'hello', '--json'))]
    expect(services).toMatchObject([{ service: 'hello', healthy: 2 }])
  }, 600_000)

  it.each(LANGUAGES)(
    'locks the packages of an app of a folder in %s, if any, and serves it',
    async (folder, language) => {
      await cp(join(repository, 'apps/hello', folder), join(shop.folder, folder), { recursive: true })
      if (folder === 'go') await shop.put('go/main.go', GO)
      if (folder === 'go') await shop.put('go/go.mod', 'module hello\n\ngo 1.25\n')
      const lock = LOCKS[folder]
      if (lock !== undefined) {
        await rm(join(shop.folder, folder, lock))
        expect(await shop.nanofleet('lock', folder)).toBe(`${folder}/${lock}: written\n`)
      }
      const began = performance.now()
      await shop.nanofleet('init', '--from', folder)
      expect(await shop.nanofleet('validate', folder)).toBe(`${folder} is right\n`)
      await shop.nanofleet('deploy', folder)
      expect(await shop.ask(`${folder}.localhost`)).toMatch(`hello from ${language} on i-`)
      printSeconds(`from the folder in ${language} to the answer`, began)
      await shop.nanofleet('teardown', folder, '--yes')
    },
    600_000,
  )

  it('serves the whole repository, whose root has a Dockerfile and a package.json', async () => {
    await cp(join(repository, 'apps/hello/js/server.js'), join(shop.folder, 'server.js'))
    const { devDependencies } = JSON.parse(await readFile(join(shop.folder, 'package.json'), 'utf8'))
    const own = { type: 'module', scripts: { start: 'node server.js' }, dependencies: { ms: '2.1.3' } }
    await shop.put('package.json', JSON.stringify({ ...own, devDependencies }))
    await shop.nanofleet('lock', '.')
    await shop.put('Dockerfile', DOCKERFILE)
    await shop.nanofleet('init')
    expect(await readFile(join(shop.folder, 'images/shop/app.yml'), 'utf8')).toContain('source: .\n')
    await shop.nanofleet('deploy', 'shop')
    expect(await shop.ask('shop.localhost')).toMatch('hello from javascript on i-')
    await shop.nanofleet('teardown', 'shop', '--yes')
  }, 600_000)

  it('has a region of its own, beside that of another repository', async () => {
    await other.nanofleet('local', 'up')
    const [here, there] = await Promise.all(
      [shop, other].map(async ({ nanofleet }) => JSON.parse(await nanofleet('local', 'status', '--json'))),
    )
    expect(there.region.endpoint).not.toBe(here.region.endpoint)
    expect(there.gateway.url).not.toBe(here.gateway.url)
    await other.nanofleet('local', 'reset', '--yes')
    expect(await shop.ask('hello.localhost')).toBe('hello from the shop')
  }, 120_000)

  it('keeps what it makes in its own folders, out of git', async () => {
    await shop.run('git', 'init', '--quiet')
    await shop.put('.gitignore', 'node_modules/\n')
    const listed = await shop.run('git', 'ls-files', '--others', '--exclude-standard')
    expect(listed.split('\n').filter((path) => /nanofleet\/|serverless|esbuild/.test(path))).toEqual([])
  })
})

const bound = (repository: Repository) => ({
  put: repository.put.bind(repository),
  nanofleet: repository.nanofleet,
})
