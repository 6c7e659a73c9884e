import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'

const script = fileURLToPath(new URL('../../buildspecs/install-ops.sh', import.meta.url))
const program = '#!/bin/sh\necho ops\n'
const sha256 = createHash('sha256').update(program).digest('hex')
let folder: string
let target: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ops-'))
  target = join(folder, 'installed')
  writeFileSync(join(folder, 'ops'), program)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function install(env: Record<string, string>) {
  const url = pathToFileURL(join(folder, 'ops')).href
  return spawnSync('sh', [script], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', OPS_TARGET: target, OPS_URL: url, OPS_VERSION: '0.1.46', ...env },
  })
}

describe('installing ops', () => {
  it.each([
    [{ OPS_SHA256: '0'.repeat(64) }, 'has another SHA-256'],
    [{ OPS_SHA256: '' }, 'OPS_SHA256 is not set'],
    [{ OPS_VERSION: '', OPS_SHA256: sha256 }, 'OPS_VERSION is not set'],
  ])('refuses %j and installs nothing', (env, problem) => {
    const { status, stderr } = install(env)
    expect({ status, installed: existsSync(target) }).toEqual({ status: 1, installed: false })
    expect(stderr).toContain(problem)
  })

  it('installs the program with the pinned checksum', () => {
    expect(install({ OPS_SHA256: sha256 }).status).toBe(0)
    expect(statSync(target).mode & 0o111).toBe(0o111)
  })
})
