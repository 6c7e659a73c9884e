import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { parseManifest } from '../../core/manifest.ts'
import { clashes, refuseClashes, rulePriority } from '../../core/routes.ts'

const app = (name: string, services: string) =>
  parseManifest(`app: ${name}\nservices:\n${services}`, 'app.yml')

describe('apps of one stage', () => {
  it.each([
    [
      'listener port',
      app('a', '  web: {port: 8080, expose: {port: 8001}}\n'),
      app('b', '  api: {port: 8080, expose: {port: 8001}}\n'),
      'images/b/app.yml: services.api.expose.port: listener port 8001 is taken by images/a/app.yml: services.web.expose.port; choose another port',
    ],
    [
      'stack name',
      app('a', '  b: {}\n'),
      app('a-b', '  c: {}\n'),
      'images/a-b/app.yml: the stack name nanofleet-<stage>-a-b is taken by images/a/app.yml: services.b; rename the app',
    ],
  ])('do not share a %s', (_thing, first, second, sentence) => {
    expect(clashes([first, second]).map(({ message }) => message)).toEqual([sentence])
    expect(() => refuseClashes([first, second])).toThrow(sentence)
  })

  it('do not share a host and path', () => {
    const first = app('a', '  web: {port: 8080, expose: {port: 8001}}\n')
    const second = app('b', '  api: {port: 8080, expose: {port: 8002, host: web}}\n')
    expect(clashes([first, second])[0]?.message).toContain('route web/ is taken by images/a/app.yml')
  })

  it('may share a host with different paths', () => {
    const first = app('a', '  web: {port: 8080, expose: {port: 8001}}\n')
    const second = app('b', '  api: {port: 8080, expose: {port: 8002, host: web, path: /api}}\n')
    expect(clashes([first, second])).toEqual([])
  })
})

describe('the priority of a rule', () => {
  const host = fc.stringMatching(/^[a-z]{1,20}$/)
  const path = fc
    .array(fc.stringMatching(/^[a-z]{1,5}$/), { maxLength: 12 })
    .map((parts) => `/${parts.join('/')}`)

  it('is one that a listener takes', () => {
    fc.assert(
      fc.property(host, path, (name, below) => {
        const priority = rulePriority({ host: name, path: below })
        return priority >= 1 && priority <= 50_000
      }),
    )
  })

  it('asks a path below another one first', () => {
    fc.assert(
      fc.property(host, path, (name, below) => {
        fc.pre(below.split('/').length < 9)
        const deeper = below === '/' ? '/x' : `${below}/x`
        return rulePriority({ host: name, path: deeper }) < rulePriority({ host: name, path: below })
      }),
    )
  })
})
