import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { compileRoutes, hostName, pathOf, route, wildcard } from '../../../local/gateway/routing.ts'
import type { Action, Condition, Rule } from '../../../local/gateway/state.ts'

const to = (arn: string): Action => ({ type: 'forward', targetGroups: [{ arn, weight: 1 }] })
const rule = (priority: number, name: string, ...conditions: Condition[]): Rule => ({
  arn: name,
  priority,
  conditions,
  actions: [to(name)],
})
const host = (...values: string[]): Condition => ({ field: 'host-header', values })
const path = (...values: string[]): Condition => ({ field: 'path-pattern', values })

const routes = compileRoutes({
  rules: [
    rule(30, 'any-api', path('/api/*')),
    rule(10, 'web-api', host('web.localhost'), path('/api/*', '/graphql')),
    rule(20, 'web', host('web.*', 'www.?.localhost')),
  ],
  defaultActions: [to('nobody')],
})

describe('A listener', () => {
  it.each([
    ['web.localhost', '/', 'web'],
    ['web.localhost', '/api/1', 'web-api'],
    ['web.localhost', '/graphql', 'web-api'],
    ['WEB.example', '/', 'web'],
    ['www.a.localhost', '/', 'web'],
    ['www.ab.localhost', '/', 'nobody'],
    ['other.localhost', '/api/', 'any-api'],
    ['other.localhost', '/API/', 'nobody'],
    ['xweb.localhost', '/', 'nobody'],
  ])('sends %s%s to %s', (name, where, target) => {
    expect(route(routes, name, where)).toEqual(to(target))
  })

  it('tries rules by priority, whatever their order', () => {
    const shuffled = fc.shuffledSubarray([1, 2, 3, 4], { minLength: 4 })
    fc.assert(
      fc.property(shuffled, (order) => {
        const compiled = compileRoutes({
          rules: order.map((one) => rule(one, String(one))),
          defaultActions: [],
        })
        expect(route(compiled, 'a', '/')).toEqual(to('1'))
      }),
    )
  })

  it('answers with the last action of a rule', () => {
    const actions: Action[] = [to('first'), to('last')]
    const compiled = compileRoutes({
      rules: [{ arn: 'r', priority: 1, conditions: [], actions }],
      defaultActions: [],
    })
    expect(route(compiled, 'a', '/')).toEqual(to('last'))
  })
})

describe('A pattern', () => {
  it('takes every character except * and ? literally', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const literal = text.replace(/[*?]/g, '')
        expect(wildcard(literal, '').test(literal)).toBe(true)
        expect(wildcard(`${literal}*`, '').test(`${literal}${text}`)).toBe(true)
      }),
    )
  })
})

describe('The request line', () => {
  it.each([
    ['web.localhost:8080', 'web.localhost'],
    ['Web.Localhost', 'web.localhost'],
    ['[::1]:80', '[::1]'],
    ['[::1]', '[::1]'],
    [undefined, ''],
  ])('reads the host %s as %s', (header, name) => {
    expect(hostName(header)).toBe(name)
  })

  it('keeps the query out of the path', () => {
    expect(pathOf('/a?b=/c')).toBe('/a')
    expect(pathOf('/a')).toBe('/a')
  })
})
