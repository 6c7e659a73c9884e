import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach } from '@jest/globals'

/** The folder of an unpacked archive, another one in each test. */
export let root: string

/** Gives each test of a file its archive. */
export function inAnArchive(): void {
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'archive-'))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))
}

/** Writes a file of the archive. */
export function write(path: string, text: string): void {
  mkdirSync(join(root, dirname(path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

/** What a program prints. */
export const run = (file: string): string => spawnSync(process.execPath, [file], { encoding: 'utf8' }).stdout
