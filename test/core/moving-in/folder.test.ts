import { describe, expect, it } from '@jest/globals'
import { moved } from './moved.ts'

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
    [
      { 'pom.xml': '<p/>', 'src/main/java/com/example/api/Main.java': 'getenv("PORT"); "/healthz"' },
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

  it.each([
    ['main.js', 'app.listen(3000)', 3000],
    ['main.js', 'app.listen(process.env.HTTP_PORT || 4000)', 4000],
    [
      'main.py',
      'app.run(port=os.environ.get("FLASK_SERVER_PORT", 9090)); get(os.getenv("REDIS_PORT", 6379))',
      9090,
    ],
    ['main.py', 'redis(port=os.environ.get("REDIS_PORT", 6379))', 8080],
  ])('listens where its text says: %s %s', (file, text, port) => {
    const made = moved({ [`apps/api/${file}`]: text }, 'apps/api')
    expect(made.read().manifest.services.api?.port).toBe(port)
  })

  it.each([
    [
      'package.json',
      '{"scripts": {"start": "node server.js"}}',
      'node buildspecs/compile.mjs source /out/app',
    ],
    ['go.mod', 'module x', 'cd source && '],
    ['main.py', '', 'node buildspecs/compile.mjs source /out/app'],
  ])(
    'that is the whole repository, by %s, is a source without what is beside the program',
    (name, text, line) => {
      const made = moved(
        { [name]: text, 'README.md': '', 'images/old/app.yml': '', '.github/x.yml': '' },
        '.',
      )
      expect(made.read().manifest.services.web).toMatchObject({
        source: '.',
        ignore: ['.github', 'README.md'],
      })
      expect(made.file('web/Dockerfile')).toContain(line)
    },
  )

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
    ['no file', {}, 'nope', /there is no such file or folder/],
    ['a file of another kind', { 'x.txt': '' }, 'x.txt', /is no Compose file, manifest or Dockerfile/],
  ])('is refused as %s', (_what, files, from, sentence) => {
    expect(() => moved(files, from)).toThrow(sentence)
  })
})
