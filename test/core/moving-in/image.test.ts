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

  const fromRoot = (dockerfile: string, place = 'src/api/Dockerfile', files: Record<string, string> = {}) =>
    moved(
      {
        [place]: dockerfile,
        'compose.yml': `services: {api: {build: {context: ., dockerfile: ${place}}}}`,
        ...files,
      },
      '.',
    )

  it('stays as it is where the root was its context and it copies from its own folder alone', () => {
    const made = fromRoot('FROM node:24\nCOPY src/api/ /app\nCMD ["node", "a.js"]\n')
    expect(made.read().manifest.services.api?.source).toBe('src/api')
    expect(made.file('api/Dockerfile')).toContain('COPY src/api/ /app')
  })

  it.each<[dockerfile: string, ignore: string[] | undefined, line: string]>([
    ['COPY src/api/ /app\nCOPY ./pb /pb', ['*', '!src/api', '!pb'], 'COPY source/src/api/ /app'],
    [
      'COPY package*.json ./\nCOPY --chown=1:1 src ./src',
      ['*', '!package*.json', '!src'],
      'COPY --chown=1:1 source/src ./src',
    ],
    ['COPY . .', ['README.md', 'api.Dockerfile', 'compose.yml', 'docs'], 'COPY source/ .'],
    ['COPY . .\nCOPY docs /docs', ['README.md', 'api.Dockerfile', 'compose.yml'], 'COPY source/docs /docs'],
    [
      'RUN --mount=type=cache,target=/c --mount=type=bind,source=package.json,target=package.json npm ci\nCOPY src .',
      ['*', '!package.json', '!src'],
      'RUN --mount=type=cache,target=/c --mount=type=bind,target=package.json,source=source/package.json npm ci',
    ],
    [
      'RUN --mount=type=bind,target=. go build',
      ['README.md', 'api.Dockerfile', 'compose.yml', 'docs'],
      'RUN --mount=type=bind,target=.,source=source/ go build',
    ],
    ['RUN echo', undefined, 'RUN echo'],
  ])('takes the whole repository, without what it does not copy: %j', (lines, ignore, line) => {
    const made = fromRoot(`FROM node:24\n${lines}\nCMD ["node", "a.js"]\n`, 'api.Dockerfile', {
      'README.md': '',
      'docs/a.md': '',
    })
    const { api } = made.read().manifest.services
    expect([api?.source, api?.ignore]).toEqual(['.', ignore])
    expect(made.file('api/Dockerfile')).toContain(line)
    expect(made.said.filter((said) => said.startsWith('todo api'))).toEqual([])
  })

  it('leaves what to ignore to a .dockerignore that exists', () => {
    const made = fromRoot('FROM node:24\nCOPY . .\nCMD ["node", "a.js"]\n', 'Dockerfile', {
      '.dockerignore': 'docs',
    })
    expect(made.read().manifest.services.api).not.toHaveProperty('ignore')
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
