import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ownAddress } from '../../buildspecs/go-host.mjs'
import { ROOT } from '../apps/apps.ts'

const MODULE = `module example/program

go 1.25

require nanofleet/lib/go v0.0.0

replace nanofleet/lib/go => ../nanofleet/lib/go
`

const using = (name: string, call: string): string =>
  `package main\n\nimport "nanofleet/lib/go/${name}"\n\nfunc main() { ${call} }\n`

describe('a program in Go with our library', () => {
  let archive: string
  beforeAll(() => {
    archive = mkdtempSync(join(tmpdir(), 'go-host-'))
    cpSync(join(ROOT, 'apps/lib/go'), join(archive, 'nanofleet/lib/go'), { recursive: true })
    mkdirSync(join(archive, 'program'))
    writeFileSync(join(archive, 'program/go.mod'), MODULE)
  })
  afterAll(() => rmSync(archive, { recursive: true }))

  it.each([
    ['is told its address when nothing that it uses asks for it', using('job', 'job.Run(nil)'), true],
    ['is left alone when a package that it uses asks', using('web', 'println(web.Address("80"))'), false],
  ])('%s', (_what, text, told) => {
    writeFileSync(join(archive, 'program/main.go'), text)
    const flags = ownAddress(join(archive, 'program'), archive, join(archive, 'programs'))
    expect(flags.includes('-overlay')).toBe(told)
  })
})
