import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { tidyRoot } from '../../buildspecs/root-tree.mjs'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'root-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const at = (path: string) => join(root, path)
function file(path: string, content = path): void {
  mkdirSync(dirname(at(path)), { recursive: true })
  writeFileSync(at(path), content)
}
function link(path: string, target: string): void {
  mkdirSync(dirname(at(path)), { recursive: true })
  symlinkSync(target, at(path))
}

describe('a file system for ops', () => {
  it('has a folder of links where a link at the top led to a folder', () => {
    file('usr/lib/libc.so.6')
    file('usr/lib/x86_64-linux-gnu/libm.so.6')
    link('lib', 'usr/lib')
    tidyRoot(root)
    expect(lstatSync(at('lib')).isDirectory()).toBe(true)
    expect(readlinkSync(at('lib/libc.so.6'))).toBe('../usr/lib/libc.so.6')
    expect(readFileSync(at('lib/x86_64-linux-gnu/libm.so.6'), 'utf8')).toBe(
      'usr/lib/x86_64-linux-gnu/libm.so.6',
    )
  })

  it('keeps a link at the top to a file', () => {
    file('usr/bin/program')
    link('program', 'usr/bin/program')
    tidyRoot(root)
    expect(readFileSync(at('program'), 'utf8')).toBe('usr/bin/program')
  })

  it('has links that lead to the same file inside, wherever it lies on the machine', () => {
    file('etc/alternatives/awk')
    link('usr/bin/awk', '/etc/alternatives/awk')
    link('usr/bin/outside', '../../../../etc/alternatives/awk')
    tidyRoot(root)
    expect(readlinkSync(at('usr/bin/awk'))).toBe('../../etc/alternatives/awk')
    expect(readFileSync(at('usr/bin/outside'), 'utf8')).toBe('etc/alternatives/awk')
  })

  it('names the links that lead to nothing, or in a circle, and leaves them out', () => {
    link('etc/mtab2', '/proc/mounts')
    link('a/b', 'c')
    link('a/c', 'b')
    expect(tidyRoot(root).dropped).toEqual(['/a/b', '/a/c', '/etc/mtab2'])
    expect(existsSync(at('a'))).toBe(true)
  })

  it('has nothing of Docker and of another kernel', () => {
    for (const path of [
      'dev/null',
      'proc/1',
      'sys/x',
      '.dockerenv',
      'etc/hostname',
      'etc/resolv.conf',
      'app/x',
    ])
      file(path)
    link('etc/mtab', '/proc/mounts')
    expect(tidyRoot(root)).toEqual({ dropped: [] })
    expect(
      ['dev', 'proc', 'sys', '.dockerenv', 'etc/hostname', 'app/x'].map((path) => existsSync(at(path))),
    ).toEqual([false, false, false, false, false, true])
  })

  it.each(['etc/hosts', 'app/x'])('knows localhost, as a container does, if it has %s', (path) => {
    file(path)
    tidyRoot(root)
    expect(readFileSync(at('etc/hosts'), 'utf8')).toBe('127.0.0.1\tlocalhost\n')
  })

  it('leaves files of the machine alone to which a link of the image leads', () => {
    const machine = mkdtempSync(join(tmpdir(), 'machine-'))
    writeFileSync(join(machine, 'hosts'), 'the machine')
    link('etc', machine)
    tidyRoot(root)
    expect(readFileSync(join(machine, 'hosts'), 'utf8')).toBe('the machine')
    rmSync(machine, { recursive: true })
  })

  it('can be read as a whole by whoever builds', () => {
    file('root/secret')
    chmodSync(at('root/secret'), 0o000)
    chmodSync(at('root'), 0o500)
    tidyRoot(root)
    expect(statSync(at('root/secret')).mode & 0o400).toBe(0o400)
    expect(statSync(at('root')).mode & 0o700).toBe(0o700)
  })
})
