import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { readConfig } from '../../buildspecs/archive.mjs'
import { compile } from '../../buildspecs/compile.mjs'
import { runtimeOf } from '../../buildspecs/java-tools.mjs'
import { makeRoot } from '../../buildspecs/process.mjs'
import { copyProgram } from '../../buildspecs/program.mjs'
import { copyRuntime } from '../../buildspecs/runtime.mjs'
import { parseSettings } from '../../buildspecs/settings.mjs'
import { until } from '../../scripts/demo/wait.ts'
import { programs } from '../../scripts/lib/places.mjs'
import { ROOT } from '../apps/apps.ts'
import { somePort } from '../live/port.ts'
import { DnsStub } from '../local/dns-stub.ts'

jest.setTimeout(240_000)

const HOST = '127.0.0.1'

let root: string
let running: ChildProcess | undefined
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'languages-'))
})
afterEach(async () => {
  if (running?.exitCode === null && running.signalCode === null) {
    running.kill('SIGKILL')
    await once(running, 'exit')
  }
  running = undefined
  rmSync(root, { recursive: true, force: true })
})

/** Starts a program with nothing but what an instance gives it, and asks it until it answers. */
async function answers(program: string, args: string[], cwd: string): Promise<string> {
  const PORT = String(await somePort())
  const env = { HOST, PORT, HOME: root }
  running = spawn(program, args, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] })
  return until(`${program} to answer`, 60, async () => {
    const answer = await fetch(`http://${HOST}:${PORT}/healthz`).catch(() => undefined)
    return answer?.ok ? answer.text() : undefined
  })
}

describe('an image for the local region', () => {
  /** The file system that the packager makes of a service of hello. */
  async function made(service: string) {
    const archive = join(root, 'archive')
    for (const folder of [`apps/hello/${service}`, `images/hello/${service}`])
      cpSync(join(ROOT, folder), join(archive, folder), { recursive: true })
    const env = { APP: 'hello', SERVICE: service, HASH: '0123456789abcdef', STAGE: 'local' }
    const settings = parseSettings({ ...env, BUCKET: 'b', AWS_REGION: 'eu-west-1' }, archive)
    const config = readConfig(archive, settings)
    const out = join(root, 'out')
    await makeRoot({ ...settings, repository: ROOT, programs }, config, out)
    const given: string[] = config.Args ?? []
    const args = given.map((arg) => (arg.startsWith('/') ? join(out, arg) : arg))
    return { out, program: config.Program as string, args }
  }

  it('of JavaScript starts what package.json starts, with its packages', async () => {
    const { out, args } = await made('js')
    expect(readdirSync(join(out, 'app/node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['ms'])
    expect(await answers(process.execPath, args, join(out, 'app'))).toBe('ok\n')
  })

  it('of JavaScript is what its own files say, and not what a package.json above it says', async () => {
    writeFileSync(join(root, 'package.json'), '{"type": "commonjs"}')
    const source = join(root, 'archive/apps/page')
    mkdirSync(source, { recursive: true })
    writeFileSync(join(source, 'main.js'), "import { argv } from 'node:process'\nconsole.log(argv.length)\n")
    const out = join(root, 'out')
    const env = { APP: 'page', SERVICE: 'page', HASH: '0123456789abcdef', STAGE: 'local', BUCKET: 'b' }
    const settings = parseSettings({ ...env, AWS_REGION: 'eu-west-1' }, join(root, 'archive'))
    await makeRoot({ ...settings, repository: ROOT, programs }, { Program: '/usr/local/bin/node' }, out)
    const { stdout } = await promisify(execFile)(process.execPath, [join(out, 'app/main.js')])
    expect(stdout).toBe('2\n')
  })

  it("of Python starts with the packages of its lock and none of the machine's", async () => {
    const { out, program, args } = await made('python')
    const python = join(out, program)
    expect(await answers(python, args, out)).toBe('ok\n')
    const places = execFileSync(python, ['-c', 'import sys; print(sys.prefix, *sys.path)'], {
      encoding: 'utf8',
    })
    expect(places.split(' ')[0]).toBe(join(out, 'usr/local'))
    const foreign = places.split(/\s/).filter((path) => path.endsWith('-packages') && !path.startsWith(out))
    expect(foreign).toEqual([])
  })

  it('of Python finds a service by its name alone', async () => {
    const stub = new DnsStub({ 'cache.service.consul': ['127.59.6.5'] })
    const RESOLVER = await stub.start()
    cpSync(join(ROOT, 'buildspecs/python_host.py'), join(root, 'sitecustomize.py'))
    const asked =
      'import socket; print(socket.gethostbyname("localhost"), socket.getaddrinfo("cache", 6379)[0][4])'
    const env = { PATH: process.env.PATH ?? '', PYTHONPATH: root, HOST, RESOLVER }
    const { stdout } = await promisify(execFile)('python3', ['-c', asked], { env })
    stub.stop()
    expect(stdout.trim()).toBe("127.0.0.1 ('127.59.6.5', 6379)")
  })

  it('of Go needs no go.mod where its packages are those of Go', async () => {
    const source = join(root, 'plain')
    mkdirSync(source)
    writeFileSync(join(source, 'main.go'), 'package main\n\nfunc main() { println("plain") }\n')
    await compile(source, join(root, 'out'), { root, programs })
    const { stderr } = await promisify(execFile)(join(root, 'out/program'))
    expect(stderr).toBe('plain\n')
  })

  it('of Java is compiled without Maven and starts with the jars of its lock', async () => {
    const { out, program, args } = await made('java')
    expect(readdirSync(join(out, 'app/lib'))).toEqual(['minimal-json-0.9.5.jar'])
    expect(await answers(join(out, program), args, out)).toBe('ok\n')
  })
})

describe('a file system for AWS, without a distribution', () => {
  const size = () =>
    Number(execFileSync('du', ['-sm', join(root, 'out')], { encoding: 'utf8' }).split('\t')[0])
  const compiled = (language: string) =>
    compile(join(ROOT, 'apps/hello', language), join(root, 'out/app'), { root: ROOT, programs })

  it('of JavaScript has Node and the packages', async () => {
    await compiled('js')
    copyProgram(process.execPath, join(root, 'out'))
    const node = join(root, 'out', process.execPath)
    expect(await answers(node, ['server.js'], join(root, 'out/app'))).toBe('ok\n')
    expect(size()).toBeLessThan(150)
  })

  it('of Python has its standard library and what its compiled parts are linked with', async () => {
    const asked = 'import os, sys; print(os.path.realpath(getattr(sys, "_base_executable", sys.executable)))'
    const python = execFileSync('python3', ['-c', asked], { encoding: 'utf8' }).trim()
    await compiled('python')
    copyRuntime(python, join(root, 'out'))
    const copy = join(root, 'out', python)
    expect(await answers(copy, [join(root, 'out/app/main.py')], root)).toBe('ok\n')
    const library = join(dirname(dirname(copy)), 'lib', basename(copy))
    expect(existsSync(join(library, 'test'))).toBe(false)
    expect(
      execFileSync(copy, ['-c', 'import ssl, sqlite3, sys; print(ssl.__file__)']).toString().trim(),
    ).toBe(join(library, 'ssl.py'))
    // What HTTPS needs of the machine, where OpenSSL looks for it.
    const where = 'import ssl; print(ssl.get_default_verify_paths().openssl_cafile)'
    const authorities = execFileSync(copy, ['-c', where], { encoding: 'utf8' }).trim()
    const load = `ssl.create_default_context(cafile="${join(root, 'out', authorities)}")`
    const count = `import ssl; print(len(${load}.get_ca_certs()))`
    expect(Number(execFileSync(copy, ['-c', count], { encoding: 'utf8' }))).toBeGreaterThan(50)
    expect(size()).toBeLessThan(60)
  })

  it('of Java has a Java without windows', async () => {
    const java = runtimeOf(programs)
    await compiled('java')
    copyRuntime(java, join(root, 'out'))
    const args = ['-jar', join(root, 'out/app/app.jar')]
    expect(await answers(join(root, 'out', java), args, root)).toBe('ok\n')
    expect(size()).toBeLessThan(110)
  })

  it('is not made of another program', () => {
    expect(() => copyRuntime('/bin/sh', root)).toThrow('is called neither java nor python with its version')
    expect(() => copyRuntime('/opt/bin/python3.99', root)).toThrow(
      "/opt/lib/python3.99: is not Python's standard",
    )
  })
})

describe('a project that cannot be packed', () => {
  const refused = async (files: Record<string, string>, sentence: RegExp) => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, 'apps/x', path)), { recursive: true })
      writeFileSync(join(root, 'apps/x', path), text)
    }
    await expect(compile(join(root, 'apps/x'), join(root, 'out'), { root, programs })).rejects.toThrow(
      sentence,
    )
  }
  const project = (more: string) => `[project]\nname = "x"\nversion = "1"\n${more}`

  it.each([
    [
      'packages without a lock',
      project('dependencies = ["bottle"]'),
      /has dependencies, and requirements\.txt/,
    ],
    [
      'another Python',
      project('requires-python = ">=3.99"'),
      /requires-python is >=3\.99, and this is Python 3\./,
    ],
    ['a wrong version', project('requires-python = "new"'), /requires-python: Invalid specifier/],
    ['no TOML', '[project', /pyproject\.toml: is not TOML/],
  ])('of Python is told: %s', (_what, text, sentence) => refused({ 'pyproject.toml': text }, sentence))

  it('of Python is told: a package without its hash', () =>
    refused({ 'pyproject.toml': project(''), 'requirements.txt': 'bottle==0.13.4\n' }, /--hash/))

  it('of Java is told: what the compiler refuses', () =>
    refused({ 'pom.xml': '<project/>', 'src/main/java/A.java': 'class A { int' }, /the compiler ended with/))
})
