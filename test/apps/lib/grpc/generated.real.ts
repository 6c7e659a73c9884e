import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from '@jest/globals'

const TEMPLATE = 'apps/lib/grpc/buf.gen.yaml'
const PATH = `${resolve('node_modules/.bin')}:${process.env.PATH}`

/** The text of each file in a folder, by name. */
const texts = (folder: string): Record<string, string> =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]))

it.each(['apps/lib/grpc', 'apps/boutique/lib'])(
  '%s/gen is up to date with its contracts: npm run proto',
  async (folder) => {
    const out = mkdtempSync(join(tmpdir(), 'proto-'))
    try {
      await promisify(execFile)('buf', ['generate', folder, '--template', TEMPLATE, '-o', out], {
        env: { ...process.env, PATH, BUF_CACHE_DIR: out },
      })
      expect(texts(join(folder, 'gen'))).toEqual(texts(join(out, 'gen')))
    } finally {
      rmSync(out, { recursive: true })
    }
  },
)
