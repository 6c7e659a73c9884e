import { describe, expect, it } from '@jest/globals'
import { locatedServices } from '../../../core/definition/definition.ts'

const place = 'images/web/web/consul.json'
const parse = (value: unknown) => locatedServices(JSON.stringify(value), place)

describe('a Consul definition', () => {
  it('may spell its name with dashes below: the place of the name is known', () => {
    expect(locatedServices('{"services": [{"Na_me": "web"}]}', place)).toEqual([
      { service: { Name: 'web' }, namePath: ['services', 0, 'Na_me'] },
    ])
  })

  it.each<[string, unknown, string]>([
    ['a number for a service', [7], '[0]: must be an object, not a number'],
    ['null for a service', { services: [null] }, 'services[0]: must be an object, not null'],
    ['a text for a service', { service: 'web' }, 'service: must be an object, not a text'],
    ['no name', { port: 80 }, 'Name: is missing (a text)'],
    ['nothing like a field', { name: 'web', qqqqqq: 1 }, "qqqqqq: is not a field of Consul's definition"],
    ['a text for a check', { name: 'web', check: 'x' }, 'check: must be an object, not a text'],
    ['a text for checks', { name: 'web', checks: 'x' }, 'checks: must be a list, not a text'],
    [
      'a text for addresses',
      { name: 'web', tagged_addresses: 'x' },
      'tagged_addresses: must be an object, not a text',
    ],
    [
      'a number for an inner text',
      { service: { name: 'web', tags: [7] } },
      'service.tags.0: must be a text, not a number',
    ],
  ])('is refused in one sentence: %s', (_what, value, sentence) => {
    expect(() => parse(value)).toThrow(expect.objectContaining({ message: `${place}: ${sentence}` }))
  })
})
