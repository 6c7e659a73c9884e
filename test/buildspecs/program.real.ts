import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { readElf, withoutSymbols } from '../../buildspecs/elf.mjs'
import { copyProgram } from '../../buildspecs/program.mjs'

const SHELL = '/bin/sh'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'program-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

describe('a program with what it needs', () => {
  it('has its linker and its libraries where they were, and runs', () => {
    const copied = copyProgram(SHELL, root)
    expect(copied).toContain(SHELL)
    expect(copied.some((path) => path.endsWith('/libc.so.6'))).toBe(true)
    const loader = copied.find((path) => /\/ld-linux/.test(path)) ?? ''
    const folder = join(root, copied.find((path) => path.endsWith('/libc.so.6')) ?? '', '..')
    const said = execFileSync(join(root, loader), [
      '--library-path',
      folder,
      join(root, SHELL),
      '-c',
      'echo ok',
    ])
    expect(said.toString()).toBe('ok\n')
  })

  it('brings the libraries of what is in the image already', () => {
    mkdirSync(join(root, 'app'))
    writeFileSync(join(root, 'app', 'addon.node'), readFileSync(process.execPath).subarray(0))
    writeFileSync(join(root, 'app', 'main.mjs'), 'a text')
    const copied = copyProgram(SHELL, root)
    expect(copied.some((path) => path.endsWith('/libstdc++.so.6'))).toBe(true)
  })

  it('comes from another file system, whose links stay in it', () => {
    const other = join(root, 'other')
    mkdirSync(join(other, 'usr/bin'), { recursive: true })
    mkdirSync(join(other, 'usr/lib'), { recursive: true })
    symlinkSync('usr/bin', join(other, 'bin'))
    symlinkSync('/usr/lib', join(other, 'lib'))
    const program = readFileSync(SHELL)
    writeFileSync(join(other, 'usr/bin/tool'), program)
    expect(() => copyProgram('/bin/tool', join(root, 'image'), other)).toThrow(
      /, which \/bin\/tool needs, is not there; install it first$/,
    )
    for (const name of readElf(program, SHELL).needed) writeFileSync(join(other, 'usr/lib', name), static_())
    const loader = readElf(program, SHELL).loader ?? ''
    mkdirSync(join(other, loader, '..'), { recursive: true })
    writeFileSync(join(other, loader), static_())
    const copied = copyProgram('/bin/tool', join(root, 'image'), other)
    expect(copied).toContain('/bin/tool')
    expect(copied).toContain('/lib/libc.so.6')
  })

  it('is named when it is not there, and when it is no program', () => {
    expect(() => copyProgram('/bin/absent', root)).toThrow(
      '/bin/absent, which the image needs, is not there; install it first',
    )
    expect(() => copyProgram('/etc/passwd', root)).toThrow(
      '/etc/passwd: is no ELF program of 64 bits for x86_64 or arm64',
    )
  })

  it('has no symbols, and loses nothing that it loads', () => {
    const file = readFileSync(process.execPath)
    const elf = readElf(file, 'node')
    const bare = withoutSymbols(file, elf)
    expect(bare.length).toBeLessThanOrEqual(file.length)
    expect(readElf(bare, 'node')).toEqual(elf)
    copyProgram(process.execPath, root)
    const copy = join(root, process.execPath)
    expect(existsSync(copy)).toBe(true)
    expect(statSync(copy).mode & 0o111).toBe(0o111)
    expect(execFileSync(copy, ['-p', '6 * 7']).toString()).toBe('42\n')
  })
})

/** A program that needs nothing: an ELF header with one segment. */
function static_(): Buffer {
  const header = Buffer.alloc(120)
  header.writeUInt32BE(0x7f454c46)
  header[4] = 2
  header[5] = 1
  header.writeUInt16LE(62, 0x12)
  header.writeBigUInt64LE(64n, 0x20)
  header.writeUInt16LE(56, 0x36)
  header.writeUInt16LE(1, 0x38)
  header.writeUInt32LE(1, 64)
  header.writeBigUInt64LE(120n, 96)
  return header
}
