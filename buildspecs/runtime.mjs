#!/usr/bin/env node
// @ts-check
/**
 * Copies Python or Java with what its programs need, for an image without a distribution:
 * `node buildspecs/runtime.mjs <python or java> <root>`. Each file comes to where it was. Left out is what no
 * service uses: windows, tests, compilers, package managers.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { BuildFailure, runScript } from './failure.mjs'
import { copyProgram } from './program.mjs'
import { programEnvironment } from './settings.mjs'

/** Of Python's standard library. */
const NOT_OF_PYTHON =
  /^(__pycache__|config-.*|ensurepip|idlelib|lib2to3|pydoc_data|site-packages|test|tests|tkinter|turtledemo|_tkinter.*|_test.*|_ctypes_test.*|xxlimited.*)$/

/** Everything of Java SE that has no window. */
const MODULES = [
  ...['java.base', 'java.compiler', 'java.instrument', 'java.logging', 'java.management', 'java.naming'],
  ...[
    'java.net.http',
    'java.prefs',
    'java.rmi',
    'java.scripting',
    'java.security.jgss',
    'java.security.sasl',
  ],
  ...['java.sql', 'java.sql.rowset', 'java.transaction.xa', 'java.xml', 'java.xml.crypto'],
  ...[
    'jdk.charsets',
    'jdk.crypto.ec',
    'jdk.httpserver',
    'jdk.localedata',
    'jdk.management',
    'jdk.naming.dns',
  ],
  ...['jdk.net', 'jdk.unsupported', 'jdk.zipfs'],
]
/** Libraries of windows, sounds and fonts, which need more libraries. */
const NOT_OF_JAVA =
  /^(lib(awt|awt_xawt|awt_headless|fontmanager|freetype|javajpeg|jawt|jsound|lcms|mlib_image|splashscreen)\.so|classes.*\.jsa|src\.zip|jmods|include|man|legal)$/

/**
 * @param {string} program the interpreter, as it is started
 * @param {string} root the folder that is the image's `/`
 * @throws {BuildFailure} for a program that is neither, or that is not whole
 */
export function copyRuntime(program, root) {
  const name = basename(program)
  if (/^python3\.\d+$/.test(name)) copyPython(program, root)
  else if (name === 'java') copyJava(program, root)
  else throw new BuildFailure(`${program}: is called neither java nor python with its version (python3.13)`)
}

/** @param {string} program @param {string} root */
function copyPython(program, root) {
  const library = join(dirname(dirname(program)), 'lib', basename(program))
  if (!existsSync(join(library, 'os.py')))
    throw new BuildFailure(`${library}: is not Python's standard library, which ${program} needs`)
  copyWithout(library, join(root, library), NOT_OF_PYTHON)
  copyProgram(program, root)
  copyCertificates(program, root)
}

/** Of a distribution with the package ca-certificates. */
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt'

/**
 * What speaks HTTPS needs the certificates of authorities, in the file that the interpreter's OpenSSL opens.
 * @param {string} program @param {string} root
 */
function copyCertificates(program, root) {
  const asked = 'import ssl; print(ssl.get_default_verify_paths().openssl_cafile)'
  const { status, stdout } = spawnSync(program, ['-c', asked], {
    encoding: 'utf8',
    env: programEnvironment({}),
  })
  const file = stdout?.trim()
  if (status !== 0 || !file?.startsWith('/') || !existsSync(CERTIFICATES)) return
  mkdirSync(dirname(join(root, file)), { recursive: true })
  cpSync(CERTIFICATES, join(root, file), { dereference: true })
}

/** @param {string} program @param {string} root */
function copyJava(program, root) {
  const home = dirname(dirname(program))
  // A link such as /usr/bin/java would take all of /usr along.
  if (!existsSync(join(home, 'lib', 'modules')))
    throw new BuildFailure(
      `${home}: is not the home of a Java, which ${program} needs; name the program itself`,
    )
  const linker = join(home, 'bin', 'jlink')
  if (existsSync(linker) && existsSync(join(home, 'jmods'))) linkJava(linker, join(root, home))
  else copyWithout(home, join(root, home), NOT_OF_JAVA)
  // `java` opens libjvm.so by its path; the others find it open.
  copyProgram(program, root, '/', ['libjvm.so', 'libjli.so', ...(existsSync(linker) ? [] : ['libawt.so'])])
}

/** @param {string} linker @param {string} target */
function linkJava(linker, target) {
  const folder = mkdtempSync(join(tmpdir(), 'jlink-'))
  const out = join(folder, 'java')
  try {
    const flags = ['--strip-debug', '--no-header-files', '--no-man-pages', '--compress', '2']
    const args = ['--add-modules', MODULES.join(','), ...flags, '--output', out]
    const { error, status } = spawnSync(linker, args, { stdio: 'inherit', env: programEnvironment({}) })
    if (error || status !== 0)
      throw new BuildFailure(`${linker} ended with status ${status}`, { cause: error })
    copyWithout(out, target, NOT_OF_JAVA)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** @param {string} from @param {string} to @param {RegExp} names */
function copyWithout(from, to, names) {
  mkdirSync(dirname(to), { recursive: true })
  const filter = (/** @type {string} */ path) =>
    !names.test(basename(path)) && (!lstatSync(path).isSymbolicLink() || existsSync(path))
  cpSync(from, to, { recursive: true, dereference: true, filter })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runScript(async () => {
    const [program, root] = process.argv.slice(2)
    if (!program?.startsWith('/') || !root)
      throw new BuildFailure('usage: node buildspecs/runtime.mjs </python3.13 or /java> <root>')
    copyRuntime(program, root)
  })
}
