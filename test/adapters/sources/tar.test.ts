import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { PathTooLong, tar } from '../../../adapters/sources/tar.ts'

const file = (path: string, text: string, executable = false) => ({
  path,
  content: Buffer.from(text),
  executable,
})

describe('tar', () => {
  it('is unpacked by tar(1) into the same files', () => {
    const deep = `${'folder/'.repeat(20)}name`
    const folder = mkdtempSync(join(tmpdir(), 'nanofleet-tar-'))
    const archive = tar([
      file('a.txt', 'a'),
      file(deep, 'x'.repeat(513)),
      file('run.sh', '#!/bin/sh\n', true),
      file('empty', ''),
    ])
    execFileSync('tar', ['-xf', '-', '-C', folder], { input: archive })
    expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('a')
    expect(readFileSync(join(folder, deep), 'utf8')).toBe('x'.repeat(513))
    expect(readFileSync(join(folder, 'empty'), 'utf8')).toBe('')
    expect(statSync(join(folder, 'run.sh')).mode & 0o111).not.toBe(0)
    rmSync(folder, { recursive: true })
  })

  it('gives the same bytes for the same files', () => {
    expect(tar([file('a', '1'), file('b', '2')])).toEqual(tar([file('a', '1'), file('b', '2')]))
  })

  it('refuses a path that the format cannot hold', () => {
    expect(() => tar([file('x'.repeat(101), '')])).toThrow(PathTooLong)
  })
})
