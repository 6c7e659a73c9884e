import { describe, expect, it } from '@jest/globals'
import { moved } from './moved.ts'

const built = (dockerfile: string, files: Record<string, string> = {}) =>
  moved({ 'api/Dockerfile': dockerfile, ...files }, 'api/Dockerfile')
const NODE = 'FROM node:24\nWORKDIR /app\nCOPY . .\n'

describe('the program of an image', () => {
  it.each<[dockerfile: string, program: string, args: string[]]>([
    [`${NODE}CMD ["node", "server.js"]`, '/usr/local/bin/node', ['server.js']],
    [`${NODE}CMD node server.js`, '/usr/local/bin/node', ['server.js']],
    [`${NODE}ENTRYPOINT ["node"]\nCMD ["--x", "a.js"]`, '/usr/local/bin/node', ['--x', 'a.js']],
    [`${NODE}ENV FILE=a.js\nCMD exec node "$FILE"`, '/usr/local/bin/node', ['a.js']],
    [`${NODE}CMD ["sh", "-c", "node $OPTIONS a.js"]`, '/usr/local/bin/node', ['a.js']],
    [`${NODE}ENTRYPOINT ["/sbin/tini", "--"]\nCMD ["node", "a.js"]`, '/usr/local/bin/node', ['a.js']],
    [`${NODE}CMD npm start`, '/usr/local/bin/node', ['index.js']],
    [`${NODE}CMD ["npm", "run", "serve"]`, '/usr/local/bin/node', ['node_modules/.bin/serve', 'dist']],
    ['FROM alpine\nRUN apk add --no-cache nodejs\nCMD ["node", "a.js"]', '/usr/bin/node', ['a.js']],
    [
      'FROM python:3.13\nWORKDIR /srv\nCMD ["uvicorn", "main:app", "--reload"]',
      '/usr/local/bin/python-program',
      ['-m', 'uvicorn', 'main:app'],
    ],
    [
      'FROM python:3.13\nCMD python manage.py runserver',
      '/usr/local/bin/python-program',
      ['manage.py', 'runserver', '--noreload'],
    ],
    [
      'FROM golang AS build\nRUN go build\nFROM scratch\nCOPY --from=build /src/api /usr/bin/api\nCMD ["api", "-v"]',
      '/usr/bin/api',
      ['-v'],
    ],
    ['FROM scratch\nWORKDIR /app\nENTRYPOINT ["./api"]', '/app/api', []],
    [
      // biome-ignore lint/suspicious/noTemplateCurlyInString: what the source says
      'ARG TAG=21-jre\nFROM eclipse-temurin:${TAG} AS base\nFROM base\nCMD ["java", "-jar", "a.jar"]',
      '/opt/java/openjdk/bin/java',
      ['-jar', 'a.jar'],
    ],
    ['FROM openjdk:17-slim\nCMD java -jar a.jar', '/usr/local/openjdk-17/bin/java', ['-jar', 'a.jar']],
  ])('is that of %j', (dockerfile, program, args) => {
    const made = built(dockerfile, {
      'api/package.json': JSON.stringify({ main: 'index.js', scripts: { serve: 'serve dist' } }),
    })
    expect(made.config('api')).toMatchObject({ Program: program, Args: args })
    made.read()
  })

  it.each<[command: string, sentence: RegExp]>([
    ['a | b', /"a \| b" needs a shell/],
    ['node a.js && node b.js', /needs a shell/],
    ['./start.sh', /start\.sh is a script for a shell/],
    ['docker-entrypoint node', /is a script for a shell/],
    ['gunicorn app', /gunicorn starts other processes.*use uvicorn/],
    ['python -m gunicorn app', /gunicorn starts other processes/],
    ['php-fpm', /keep PHP where it runs now/],
    ['go run .', /compiles when it starts/],
    ['react-scripts start', /is a tool for development/],
    ['thing', /where thing is in the image/],
    ['A=1 node a.js', /sets variables for its program; put A=1 into env/],
    ['npm start', /npm is in the image|where npm/],
    ['/app/build/install/x/bin/x', /is a script for a shell/],
  ])('is to do where "%s" cannot be one', (command, sentence) => {
    const made = built(`${NODE}CMD ${command}`)
    expect(made.config('api').Program).toBe('')
    expect(made.said.join('\n')).toMatch(new RegExp(`todo api/Dockerfile: program: .*${sentence.source}`))
    expect(() => made.read()).toThrow('images/api/api/config.json:1: Program is missing')
  })
})

describe('a Dockerfile', () => {
  it('is built from the root, as its comments and everything else are', () => {
    const text = `# syntax=docker/dockerfile:1
FROM node:24 AS build
# The lock first.
COPY --chown=1:1 package.json \\
  package-lock.json ./
COPY ["a b", "/c"]
ADD https://example.com/x /x
COPY --from=build /y /y
COPY <<EOF /z
COPY not this
EOF
RUN echo a \\
  # inside
  b
COPY . .
CMD ["node", "a.js"]
`
    expect(built(text).file('api/Dockerfile')).toBe(`# syntax=docker/dockerfile:1
FROM node:24 AS build
# The lock first.
COPY --chown=1:1 api/package.json api/package-lock.json ./
COPY ["api/a b","/c"]
ADD https://example.com/x /x
COPY --from=build /y /y
COPY <<EOF /z
COPY not this
EOF
RUN echo a \\
  # inside
  b
COPY api/ .
CMD ["node", "a.js"]
`)
  })

  it('stays as it is where the root was its context, and what it copies from elsewhere is to do', () => {
    const made = moved(
      {
        'src/api/Dockerfile': 'FROM node:24\nCOPY src/api/ /app\nCOPY ./pb /pb\nCMD ["node", "a.js"]\n',
        'compose.yml': 'services: {api: {build: {context: ., dockerfile: src/api/Dockerfile}}}',
      },
      '.',
    )
    expect(made.read().manifest.services.api?.source).toBe('src/api')
    expect(made.file('api/Dockerfile')).toContain('COPY ./pb /pb')
    expect(made.said).toContainEqual(
      expect.stringContaining('"COPY ./pb /pb" copies pb, which is not in src/api'),
    )
  })

  it('ends with the stage that is its target', () => {
    const made = moved(
      {
        'api/Dockerfile':
          'FROM node:24 AS one\nCMD ["node", "1.js"]\nFROM one AS two\nCMD ["node", "2.js"]\n',
        'compose.yml': 'services: {api: {build: {context: api, target: one}}}',
      },
      '.',
    )
    expect(made.config('api').Args).toEqual(['1.js'])
    expect(made.file('api/Dockerfile')).not.toContain('two')
  })

  it('has what was mounted over it, and listens where its source does', () => {
    const made = moved(
      {
        'api/Dockerfile': 'FROM node:24 AS dev\nCMD ["node", "/app/a.js"]\n',
        'api/a.js': 'server.listen(4000)',
        'compose.yml': 'services: {api: {build: api, volumes: ["./api:/app", "./other:/other"]}}',
        'other/x.txt': '',
      },
      '.',
    )
    expect(made.file('api/Dockerfile')).toMatch(/\nCOPY api\/ \/app\/\n$/)
    expect(made.read().manifest.services.api?.port).toBe(4000)
    expect(made.said).toContainEqual(expect.stringContaining('volumes /other: other is not in api'))
  })

  it('whose program listens nowhere is that of a worker, which is said', () => {
    const made = built(`${NODE}CMD ["node", "a.js"]`)
    expect(made.file('api/consul.json')).toBe('')
    expect(made.said).toContainEqual(
      expect.stringContaining('so it is a worker: give it a port and a consul.json'),
    )
  })

  it('gives port, variables, folder and check of its image', () => {
    const made = built(`${NODE}ENV A=1 B="x y"
ENV C old
EXPOSE 3000/tcp
HEALTHCHECK --interval=3s CMD curl -f http://localhost:3000/up || exit 1
CMD ["node", "a.js"]`)
    expect(made.config('api')).toMatchObject({
      Env: { A: '1', B: 'x y', C: 'old' },
      ManifestPassthrough: { cwd: '/app' },
    })
    expect(made.checks('api')).toMatchObject([{ http: 'http://HEALTHROUTE:3000/up' }])
    expect(made.read().manifest.services.api).toMatchObject({
      port: 3000,
      source: 'api',
      expose: { host: 'api' },
    })
  })
})

describe('a folder', () => {
  const TEXT = 'createServer((q, s) => q.url === "/healthz" && s.end()).listen(process.env.PORT)'

  it.each<[files: Record<string, string>, program: string, args: string[]]>([
    [{ 'main.ts': TEXT }, '/usr/local/bin/node', ['/app/main.mjs']],
    [
      { 'go.mod': 'module x', 'main.go': TEXT.replace('process.env.PORT', 'os.Getenv("PORT")') },
      '/app/program',
      [],
    ],
    [{ 'main.js': TEXT }, '/usr/local/bin/node', ['main.js']],
    [
      { 'package.json': '{"scripts": {"start": "node src/x.js"}}', 'src/x.js': TEXT },
      '/usr/local/bin/node',
      ['src/x.js'],
    ],
    [
      {
        'pyproject.toml': '[project.scripts]\napi = "api.main:run"',
        'x.py': `"/healthz" os.environ["PORT"]`,
      },
      '/usr/local/bin/python3.13',
      ['-m', 'api.main'],
    ],
    [
      { 'requirements.txt': '', 'app.py': `"/healthz" os.environ["PORT"]` },
      '/usr/local/bin/python3.13',
      ['/app/app.py'],
    ],
    [
      // biome-ignore lint/suspicious/noTemplateCurlyInString: what the source says
      { 'pom.xml': '<p/>', 'src/application.properties': 'server.port=${PORT:8080}\n# "/healthz"' },
      '/opt/java/openjdk/bin/java',
      ['-jar', '/app/app.jar'],
    ],
  ])('of %j becomes a service that listens where PORT says', (files, program, args) => {
    const made = moved(
      Object.fromEntries(Object.entries(files).map(([path, text]) => [`apps/api/${path}`, text])),
      'apps/api',
    )
    expect(made.config('api')).toMatchObject({ Program: program, Args: args })
    expect(made.checks('api')).toMatchObject([{ http: 'http://HEALTHROUTE:8080/healthz' }])
    expect(made.read().manifest.services.api).toMatchObject({
      source: 'apps/api',
      port: 8080,
      env: { PORT: '8080' },
      expose: { health: '/healthz' },
    })
  })

  it('of folders becomes a service of each', () => {
    const made = moved({ 'all/a/main.js': '', 'all/b/go.mod': '', 'all/c/readme.md': '' }, 'all')
    expect([made.app, made.services]).toEqual(['all', ['a', 'b']])
  })

  it.each([
    [
      'nothing',
      { 'x/readme.md': '' },
      'x',
      /holds nothing that an app can be made of; it needs one of: a Compose file/,
    ],
    ['the root', { 'main.js': '' }, '.', /is at the root of the repository.*a folder of its own/],
    ['no file', {}, 'nope', /there is no such file or folder/],
    ['a file of another kind', { 'x.txt': '' }, 'x.txt', /is no Compose file, manifest or Dockerfile/],
  ])('is refused as %s', (_what, files, from, sentence) => {
    expect(() => moved(files, from)).toThrow(sentence)
  })
})
