import { describe, expect, it } from '@jest/globals'
import { moved } from './moved.ts'
import { deployment, k8s } from './objects.ts'

const MAIN = 'package main\n\nfunc main() {}\n'

describe('an image whose source is here', () => {
  it.each<[what: string, image: string, files: Record<string, string>, source: string, program: string]>([
    [
      'a folder with its name',
      'example/web:1',
      { 'services/web/go.mod': 'module x' },
      'services/web',
      '/app/program',
    ],
    [
      'one with sources, and not one that packs what was built elsewhere',
      'example/web:1',
      {
        'services/web/go.mod': 'module x',
        'k8s/web/Dockerfile': 'FROM scratch\nCOPY web /web\nCMD ["/web"]\n',
      },
      'services/web',
      '/app/program',
    ],
    [
      'the whole repository, if the project has its name',
      'ghcr.io/example/web:1',
      { 'go.mod': 'module github.com/example/web/v2\n', 'cmd/web/main.go': MAIN, 'cmd/other/main.go': MAIN },
      '.',
      '/app/program',
    ],
    [
      'the whole repository, by its Dockerfile',
      'ghcr.io/example/web:1',
      {
        'package.json': '{\n  "name": "@example/web"\n}',
        Dockerfile: 'FROM node:24\nWORKDIR /srv\nCOPY . .\nCMD ["node", "a.js"]\n',
      },
      '.',
      '/usr/local/bin/node',
    ],
    [
      'a folder that writes its name otherwise',
      'registry.example/home-page:1',
      { 'services/Home_Page/go.mod': 'module x' },
      'services/Home_Page',
      '/app/program',
    ],
    [
      'the whole repository, if its folder has the name',
      'registry.example/shop:1',
      { Dockerfile: 'FROM golang AS build\nCOPY *.go ./\nFROM scratch\nCMD ["/server"]\n' },
      '.',
      '/server',
    ],
    [
      'a module of Go whose Dockerfile says nothing of a program',
      'example/web:1',
      { 'services/web/go.mod': 'module x', 'services/web/Dockerfile': 'ARG BASE\nFROM $BASE\nCOPY . .\n' },
      'services/web',
      '/app/program',
    ],
  ])('is built from %s', (_what, image, files, source, program) => {
    const made = moved(
      { ...files, 'compose.yml': `services: {web: {image: ${image}, ports: ["8080:8080"]}}` },
      '.',
    )
    expect(made.read().manifest.services.web?.source).toBe(source)
    expect(made.config('web').Program).toBe(program)
    if (files['go.mod']) expect(made.file('web/Dockerfile')).toContain('-o /out/app/program ./cmd/web &&')
  })

  it('is built from its folder where a script fills in the registry', () => {
    const image = `registry.example/$PROJECT/\${STAGE}/api:v1`
    expect(k8s(deployment('web', { image })).read().manifest.services.web?.source).toBe('api')
    expect(() => k8s(deployment('web', { image: '$IMAGE' }))).toThrow(
      /"\$IMAGE" is not the name of an image; fill in what its variables stand for/,
    )
  })

  it('is to do where its packages are not locked', () => {
    const files = {
      'web/requirements.txt': 'flask\n',
      'web/Dockerfile': 'FROM python:3.13\nCOPY . /x\nCMD ["python3", "a.py"]\n',
    }
    const { said } = moved({ ...files, 'compose.yml': 'services: {web: {build: web}}' }, '.')
    expect(said).toContainEqual(
      expect.stringMatching(/^todo .*without their hashes.*run "nanofleet lock web"/),
    )
  })
})

describe('what is behind a proxy', () => {
  const web = 'web: {build: web}, api: {build: api}'
  const files = {
    'web/Dockerfile': 'FROM node:24\nEXPOSE 3000\nCMD ["node", "a.js"]\n',
    'api/Dockerfile': 'FROM node:24\nEXPOSE 3001\nCMD ["node", "a.js"]\n',
  }
  it.each<[what: string, proxy: string, more: Record<string, string>, exposed: string[]]>([
    [
      'its mounted configuration',
      'image: nginx, volumes: ["./n.conf:/etc/nginx/n.conf"]',
      { 'n.conf': 'proxy_pass http://api:3001;' },
      ['api'],
    ],
    [
      'the configuration in its image',
      'build: proxy',
      { 'proxy/Dockerfile': 'FROM nginx\n', 'proxy/conf': 'server web:3000;' },
      ['web'],
    ],
    ['what it depends on', 'image: traefik, depends_on: [web, api]', {}, ['web', 'api']],
    ['nothing', 'image: nginx', {}, []],
  ])('is exposed itself, by %s', (_what, proxy, more, exposed) => {
    const compose = `services: {${web}, proxy: {${proxy}, ports: ["80:80"]}}`
    const made = moved({ ...files, ...more, 'compose.yml': compose }, '.')
    const { services } = made.read().manifest
    expect(Object.keys(services).filter((name) => services[name]?.expose)).toEqual(exposed)
    expect(made.said).toContainEqual(expect.stringMatching(/^left .*services\.proxy: image .*is a proxy/))
  })

  it('is exposed itself where it is the only service', () => {
    const made = moved(
      { ...files, 'compose.yml': 'services: {web: {build: web}, proxy: {image: caddy, ports: ["80:80"]}}' },
      '.',
    )
    expect(made.read().manifest.services.web?.expose).toMatchObject({ host: 'shop', path: '/' })
  })
})

describe('a program that names another one in its text', () => {
  const compose = `services:
  web: {build: web, ports: ["8080:8080"]}
  cache: {image: redis}
  api: {build: api, ports: ["80"]}
  db: {image: postgres}
`
  const build = 'FROM node:24\nWORKDIR /app\nCOPY . .\nCMD ["node", "main.js"]\n'
  const made = (file: string, text: string) =>
    moved(
      { 'compose.yml': compose, 'web/Dockerfile': build, 'api/Dockerfile': build, [`web/${file}`]: text },
      '.',
    )

  it.each<[file: string, text: string]>([
    ['main.js', "createClient({ host: 'cache', port: 6379 })"],
    ['main.py', 'Redis(host="cache", db=0)'],
    ['main.py', 'os.environ.get("REDIS_HOST", "cache")'],
    ['lib/main.ts', "const address = process.env.CACHE_ADDR ?? 'cache'"],
    ['main.go', 'redis.NewClient(&redis.Options{Addr: "cache:6379"})'],
    ['application.properties', 'spring.redis.url=redis://cache:6379/0'],
  ])('needs it, by the same name: %s %s', (file, text) => {
    const app = made(file, text)
    expect(app.read().manifest.services.web?.needs).toEqual(['cache'])
    expect(app.said).toContainEqual(
      `inferred compose.yml: services.web: web/${file}: web needs cache, as it names cache`,
    )
  })

  it.each<[text: string, sentence: RegExp]>([
    ["fetch('http://api/v1')", /^todo .*names api, which is found as api:8080 here; let the program take/],
    ["fetch('http://api:80/v1')", /^todo .*names api:80, which is found as api:8080 here/],
    ["connect('postgres://u@db:5432/x')", /^todo .*names db, which is not part of the app; let it ask/],
  ])('has to be changed where it is found otherwise: %s', (text, sentence) => {
    expect(made('main.js', text).said).toContainEqual(expect.stringMatching(sentence))
  })

  it('names nothing where the word means something else', () => {
    const app = made(
      'main.js',
      "import 'cache'; const api = db('web'); use(`cache`, 'http://cache.example.com')",
    )
    expect(app.read().manifest.services.web?.needs).toEqual([])
    expect(app.said.join('\n')).not.toContain('main.js')
  })
})
