import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { copyPackages } from '../../buildspecs/packages.mjs'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'packages-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

interface Needs {
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
}

/** Installs a package whose only file besides package.json says where it was installed. */
function install(place: string, needs: Needs = {}) {
  const path = join(folder, place)
  mkdirSync(path, { recursive: true })
  writeFileSync(join(path, 'package.json'), JSON.stringify(needs))
  writeFileSync(join(path, 'origin'), place)
}

const copy = (names: string[], roots = ['root']) =>
  copyPackages(
    names,
    join(folder, 'out/node_modules'),
    roots.map((root) => join(folder, root)),
  )
const origin = (name: string) => readFileSync(join(folder, 'out/node_modules', name, 'origin'), 'utf8')
const exists = (name: string) => existsSync(join(folder, 'out/node_modules', name))

describe('packages that are copied', () => {
  it('include what they need, and what that needs', () => {
    install('root/node_modules/vips', { dependencies: { '@img/colour': '1' } })
    install('root/node_modules/@img/colour', { dependencies: { names: '1', vips: '1' } })
    install('root/node_modules/names')
    install('root/node_modules/other')
    copy(['vips'])
    expect(['vips', '@img/colour', 'names', 'other'].map(exists)).toEqual([true, true, true, false])
  })

  it('include their installed optional dependencies', () => {
    install('root/node_modules/vips', { optionalDependencies: { 'vips-x64': '1', 'vips-arm64': '1' } })
    install('root/node_modules/vips-x64')
    copy(['vips'])
    expect(['vips-x64', 'vips-arm64'].map(exists)).toEqual([true, false])
  })

  it('keep their own version next to the one that the others use', () => {
    install('root/node_modules/vips', { dependencies: { semver: '7', names: '1' } })
    install('root/node_modules/vips/node_modules/semver', { dependencies: { late: '1' } })
    install('root/node_modules/names', { dependencies: { semver: '6' } })
    install('root/node_modules/semver')
    install('root/node_modules/late')
    copy(['vips'])
    expect(origin('vips/node_modules/semver')).toBe('root/node_modules/vips/node_modules/semver')
    expect(origin('semver')).toBe('root/node_modules/semver')
    expect(exists('late')).toBe(true)
  })

  it('come from the first folder that has them', () => {
    install('checkout/node_modules/vips')
    copy(['vips'], ['root', 'checkout'])
    expect(origin('vips')).toBe('checkout/node_modules/vips')
  })

  it('are named when they are not installed', () => {
    install('root/node_modules/vips', { dependencies: { names: '1' } })
    expect(() => copy(['vips'])).toThrow('the package names is not installed')
    mkdirSync(dirname(join(folder, 'empty/x')), { recursive: true })
    expect(() => copy(['vips'], ['empty'])).toThrow(
      /the package vips is not installed in .*empty; run npm ci/,
    )
  })
})
