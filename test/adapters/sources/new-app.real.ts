import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { publishedImage } from '../../../adapters/images/published-image.ts'
import { checkApps, loadApps } from '../../../adapters/sources/app-sources.ts'
import { newApp, writeApp } from '../../../adapters/sources/new-app.ts'
import { InvalidInput } from '../../../core/base/errors.ts'

const DOCKERFILE = 'FROM node:24\nWORKDIR /app\nCOPY . .\nCMD ["node", "server.js"]\n'
const COMPOSE = 'services:\n  web: {build: ../web, ports: ["3000:3000"]}\n  cache: {image: redis}\n'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'new-app-'))
  put('images/.keep', '')
  put('web/Dockerfile', DOCKERFILE)
  put('shop/compose.yml', COMPOSE)
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function put(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}
const make = (from: string, app?: string) => newApp({ root, from: join(root, from), app })
const apps = () => readdirSync(join(root, 'images')).sort()

describe('a new app', () => {
  it('is written at once, and validate takes it', async () => {
    await writeApp(root, await make('shop/compose.yml'))
    expect(apps()).toEqual(['.keep', 'shop'])
    const { faults, loaded } = await checkApps(root, ['shop'], {})
    expect(faults).toEqual([])
    expect(Object.keys(loaded[0]?.bundle.services ?? {})).toEqual(['web', 'cache'])
  })

  it('overwrites nothing, also what appeared meanwhile', async () => {
    const made = await make('shop/compose.yml')
    await writeApp(root, made)
    await expect(make('shop/compose.yml')).rejects.toThrow('images/shop: is there already')
    await expect(writeApp(root, made)).rejects.toThrow(InvalidInput)
    expect(apps()).toEqual(['.keep', 'shop'])
  })

  it('leaves nothing behind when a file cannot be written', async () => {
    const made = await make('shop/compose.yml')
    const long = new Map([...made.files, [`images/shop/${'x'.repeat(300)}`, '']])
    await expect(writeApp(root, { ...made, files: long })).rejects.toThrow('ENAMETOOLONG')
    expect(apps()).toEqual(['.keep'])
  })

  it('has ports, hosts and names that no other app has', async () => {
    await writeApp(root, await make('shop/compose.yml'))
    await writeApp(root, await make('shop/compose.yml', 'store'))
    const loaded = await loadApps(root, ['shop', 'store'])
    expect(loaded.map(({ bundle }) => bundle.manifest.services.web?.expose?.port)).toEqual([8000, 8001])
  })

  it('is made of sources inside the repository only', async () => {
    await expect(newApp({ root, from: join(root, '..') })).rejects.toThrow('is not inside')
  })
})

describe('a published image', () => {
  let registry: Server
  const answers: Record<string, unknown> = {
    '/v2/team/api/manifests/v1': {
      manifests: [
        { digest: 'sha256:arm', platform: { architecture: 'arm64', os: 'linux' } },
        { digest: 'sha256:amd', platform: { architecture: 'amd64', os: 'linux' } },
      ],
    },
    '/v2/team/api/manifests/sha256:amd': { config: { digest: 'sha256:config' } },
    '/v2/team/api/blobs/sha256:config': {
      config: {
        Entrypoint: ['docker-entry.js'],
        Cmd: ['--fast'],
        Env: ['PATH=/bin', 'NODE_VERSION=24', 'MODE=a=b'],
        WorkingDir: '/srv',
        ExposedPorts: { '3000/tcp': {}, '9/udp': {} },
      },
    },
    '/token?scope=pull': { token: 't' },
  }
  beforeEach(async () => {
    registry = createServer((request, response) => {
      const { port } = registry.address() as AddressInfo
      const open = request.url?.startsWith('/token') || request.headers.authorization === 'Bearer t'
      if (!open)
        response.setHeader('www-authenticate', `Bearer realm="http://127.0.0.1:${port}/token",scope="pull"`)
      const answer = answers[request.url ?? '']
      response.statusCode = open ? (answer ? 200 : 404) : 401
      response.end(JSON.stringify(open ? (answer ?? {}) : {}))
    }).listen(0, '127.0.0.1')
    await once(registry, 'listening')
  })
  afterEach(() => void registry.close())

  it('is asked of its registry for its program, variables, folder and port', async () => {
    const { port } = registry.address() as AddressInfo
    put('shop/compose.yml', `services: {api: {image: "127.0.0.1:${port}/team/api:v1"}}`)
    const lookUp = (image: string) => publishedImage(image, 'amd64', 'http')
    const made = await newApp({ root, from: join(root, 'shop'), lookUp })
    expect(JSON.parse(made.files.get('images/shop/api/config.json') ?? '')).toEqual({
      Program: '/usr/local/bin/node',
      Args: ['docker-entry.js', '--fast'],
      Env: { NODE_VERSION: '24', MODE: 'a=b' },
      ManifestPassthrough: { cwd: '/srv' },
    })
    expect(made.files.get('images/shop/app.yml')).toContain('port: 3000')
  })

  it('that is not there is told', async () => {
    const { port } = registry.address() as AddressInfo
    await expect(publishedImage(`127.0.0.1:${port}/team/nope`, 'amd64', 'http')).rejects.toThrow(
      'manifests/latest answers 404',
    )
  })
})

describe('another app', () => {
  beforeEach(async () => writeApp(root, await make('shop/compose.yml')))

  it.each([
    ['a broken manifest', 'images/other/app.yml', 'app: other\nservices: {x: {colour: red}}\n'],
    ['no manifest', 'images/other/x', ''],
    ['a broken service', 'images/other/app.yml', 'app: other\nservices: {x: {}}\n'],
  ])('with %s is a warning that names it', async (_what, path, text) => {
    put(path, text)
    const [shop] = await loadApps(root, ['shop'])
    expect(shop?.warnings).toContainEqual(
      expect.stringContaining('images/other is wrong, so nobody can tell whether it clashes: images/other'),
    )
    await expect(loadApps(root)).rejects.toThrow('images/other')
  })

  it('is a refusal where it clashes, told of the app that was asked for', async () => {
    put('images/other/app.yml', 'app: other\nservices: {x: {port: 3000, expose: {port: 8000}}}\n')
    put('images/other/x/config.json', '{"Program": "/x"}')
    await expect(loadApps(root, ['shop'])).rejects.toThrow(
      'images/shop/app.yml: services.web.expose.port: listener port 8000 is taken by images/other/app.yml',
    )
  })
})

describe('a check of all apps', () => {
  it('tells every fault of every app', async () => {
    put('images/a/app.yml', 'app: a\nservices: {x: {source: nope}, y: {}}\n')
    put('images/a/x/config.json', '{"Program": "x"}')
    put('images/a/y/config.json', '{}')
    put('images/b/app.yml', 'app: b\nservices: {x: {source: nope}}\n')
    put('images/b/x/config.json', '{"Program": "/x"}')
    const { faults } = await checkApps(root, undefined, {})
    expect(faults.flatMap(({ message }) => message.split('\n'))).toEqual([
      expect.stringContaining('images/a/x/config.json:1: Program'),
      expect.stringContaining('images/a/y/config.json:1: Program is missing'),
      expect.stringContaining('images/b/app.yml: services.x.source: no folder nope'),
    ])
  })
})
