import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { programOf } from '../../buildspecs/go-program.mjs'
import { place } from '../../buildspecs/placing.mjs'
import { lockText } from '../../buildspecs/python-lock.mjs'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nanofleet-placing-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const put = (...paths: string[]) => {
  for (const path of paths) {
    const [name = '', text = ''] = path.split('=')
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
}
const files = (below: string) =>
  readdirSync(join(folder, below), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, below).length))
    .sort()

describe('what was compiled', () => {
  it.each<
    [language: 'javascript' | 'python' | 'java' | 'go', config: object, made: string[], files: string[]]
  >([
    ['javascript', { Args: ['/app/server.js'] }, ['server.js'], ['/app/server.js']],
    [
      'javascript',
      { Args: ['server.js'], ManifestPassthrough: { cwd: '/usr/src/app' } },
      ['server.js'],
      ['/usr/src/app/server.js'],
    ],
    [
      'python',
      { Args: ['/srv/web/app/main.py'] },
      ['app/main.py', 'x.txt'],
      ['/srv/web/app/main.py', '/srv/web/x.txt'],
    ],
    ['python', { ManifestPassthrough: { cwd: '/app/src' } }, ['a.py'], ['/app/src/a.py']],
    [
      'java',
      { Args: ['-jar', '/app/app.jar'] },
      ['app.jar', 'lib/a.jar'],
      ['/app/app.jar', '/app/lib/a.jar'],
    ],
    [
      'java',
      { Args: ['-jar', 'target/web.jar'], ManifestPassthrough: { cwd: '/x' } },
      ['app.jar', 'lib/a.jar'],
      ['/x/target/lib/a.jar', '/x/target/web.jar'],
    ],
    ['go', { Program: '/app/program' }, ['program'], ['/app/program']],
    [
      'go',
      { Program: '/usr/local/bin/web' },
      ['program', 'static/a.css'],
      ['/app/static/a.css', '/usr/local/bin/web'],
    ],
    [
      'go',
      { Program: '/home/web', ManifestPassthrough: { cwd: '/home' } },
      ['program'],
      ['/home/ui/a.html', '/home/web'],
    ],
  ])('is where config.json says that it is: %s %j', (language, config, made, expected) => {
    put(...made.map((name) => `root/app/${name}`), 'source/ui/a.html', 'source/main.go', 'source/web/b.go')
    place(language, config, join(folder, 'root'), join(folder, 'source'))
    expect(files('root').filter((path) => !path.startsWith('/home/web/'))).toEqual(expected)
  })
})

describe('the program of a Go module', () => {
  const MAIN = 'package main\n\nfunc main() {}\n'
  it.each<[what: string, paths: string[], program: string]>([
    ['at its root', [`main.go=${MAIN}`, `cmd/x/main.go=${MAIN}`], '.'],
    ['its only one', [`cmd/x/main.go=${MAIN}`, 'lib/a.go=package lib\n'], './cmd/x'],
    ['the one with a wanted name', [`cmd/a/main.go=${MAIN}`, `cmd/web/main.go=${MAIN}`], './cmd/web'],
    [
      'not one of another module, a test or a tool',
      [
        `cmd/web/main.go=${MAIN}`,
        'x/go.mod=module x',
        `x/main.go=${MAIN}`,
        `vendor/a/main.go=${MAIN}`,
        `gen/gen.go=//go:build ignore\n\n${MAIN}`,
      ],
      './cmd/web',
    ],
    ['none that is there', ['a.go=package lib\n'], '.'],
  ])('is %s', (_what, paths, program) => {
    put(...paths)
    expect(programOf(folder, ['program', 'web'])).toBe(program)
  })

  it('has to be named where there are several', () => {
    put(`cmd/a/main.go=${MAIN}`, `cmd/b/main.go=${MAIN}`)
    expect(() => programOf(folder, ['web'])).toThrow('has the programs ./cmd/a, ./cmd/b; call the service')
  })
})

describe('the lock of Python packages', () => {
  it('names each package once, with the hashes of every machine', () => {
    const of = (name: string, sha256: string, version = '1') => ({ name, version, sha256 })
    expect(lockText([of('Zope.Event', 'b'), of('a', 'c'), of('zope-event', 'a'), of('a', 'c')])).toBe(
      'a==1 \\\n    --hash=sha256:c\nzope-event==1 \\\n    --hash=sha256:a \\\n    --hash=sha256:b\n',
    )
    expect(() => lockText([of('a', 'c'), of('a', 'd', '2')])).toThrow('a: 1 here and 2 on AWS')
  })
})
