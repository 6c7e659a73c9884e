import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { checkLockFile } from '../../scripts/lib/lock-file.mjs'

type Lock = { packages: Record<string, { resolved?: string }> }

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-file-'))
  copyFileSync('package.json', join(folder, 'package.json'))
})
afterEach(() => rmSync(folder, { recursive: true }))

async function checked(
  change: (packages: Lock['packages']) => void,
): Promise<{ code: number; output: string }> {
  const lock: Lock = JSON.parse(readFileSync('package-lock.json', 'utf8'))
  change(lock.packages)
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock))
  return checkLockFile(folder)
}

// npm takes a second, and many on a busy machine.
jest.setTimeout(120_000)

describe('The check of the lock file', () => {
  it('accepts the lock file of this repository', async () => {
    expect(await checked(() => {})).toMatchObject({ code: 0 })
  })

  it('names a missing package for another system, and says what to do', async () => {
    const { code, output } = await checked((packages) => {
      delete packages['node_modules/@swc/core-win32-x64-msvc']
    })
    expect(code).toBe(1)
    expect(output).toContain('Missing: @swc/core-win32-x64-msvc')
    expect(output).toContain('npm install --package-lock-only')
    expect(output).not.toContain('aliases: clean-install')
  })

  it('refuses a lock file that names the host of a package', async () => {
    const { code, output } = await checked((packages) => {
      packages['node_modules/zod'] = { ...packages['node_modules/zod'], resolved: 'https://npm.test/zod.tgz' }
    })
    expect(code).toBe(1)
    expect(output).toContain('node_modules/zod names the host that it came from')
  })
})
