import { describe, expect, it } from '@jest/globals'
import { readApp } from '../../../core/template/app-folder.ts'
import { portDisagreements } from '../../../core/template/port-agreement.ts'

/** Sentences about an app with one service. */
const said = (service: object, config: object, definition?: object): string[] => {
  const files = new Map([
    ['app.yml', JSON.stringify({ app: 'shop', services: { web: service } })],
    ['web/config.json', JSON.stringify({ Program: '/p', ...config })],
    ...(definition ? [['web/consul.json', JSON.stringify(definition)] as const] : []),
  ])
  return portDisagreements(readApp('shop', files)).map(
    ({ place, problem, remedy }) => `${place}: ${problem}; ${remedy}`,
  )
}
const checked = (port: number, own?: number) => ({
  name: 'web',
  ...(own === undefined ? {} : { port: own }),
  checks: [{ http: `http://HEALTHROUTE:${port}/healthz`, interval: '1s' }],
})

describe('ports of a service', () => {
  it.each<[string, object, object, object | undefined]>([
    ['all say the same', { port: 8080 }, { Env: { PORT: '8080' } }, checked(8080, 8080)],
    ['only the manifest has one', { port: 8080 }, {}, undefined],
    ['the definition has none', { port: 8080 }, {}, { name: 'web' }],
    ['a worker is checked at the port that it is told', {}, { Env: { PORT: '9000' } }, checked(9000)],
    [
      'a check asks a port of its own that the program is told',
      { port: 80 + 8000 },
      { Args: ['--health=0.0.0.0:9000'] },
      checked(9000, 8080),
    ],
    [
      'late environment tells the program of a port',
      { port: 8080, env: { HEALTH: '9000' } },
      {},
      checked(9000),
    ],
    [
      'late environment wins over the early one',
      { port: 8080, env: { PORT: '8080' } },
      { Env: { PORT: '1' } },
      undefined,
    ],
    [
      'one of two names has another port',
      { port: 8080 },
      {},
      [
        { name: 'web', port: 8080 },
        { name: 'extra', port: 9000, id: 'extra' },
      ],
    ],
    [
      'the program is told by something else than a number',
      { port: 8080 },
      { Env: { PORT: 'http' } },
      undefined,
    ],
  ])('agree when %s', (_why, service, config, definition) => {
    expect(said(service, config, definition)).toEqual([])
  })

  it.each<[string, object, object, object | undefined, string]>([
    [
      'program and manifest',
      { port: 8080 },
      { Env: { PORT: '9000' } },
      undefined,
      'images/shop/web/config.json: Env.PORT: tells the program to listen on 9000, and services.web.port says 8080; write the same in both',
    ],
    [
      'late environment and manifest',
      { port: 8080, env: { PORT: '9000' } },
      {},
      undefined,
      'images/shop/app.yml: services.web.env.PORT: tells the program to listen on 9000, and services.web.port says 8080; write the same in both',
    ],
    [
      'definition and manifest',
      { port: 8080 },
      {},
      { name: 'web', port: 8081 },
      'images/shop/web/consul.json:1: says port 8081, and images/shop/app.yml: services.web.port says 8080; write the same in both',
    ],
    [
      'check and all others',
      { port: 8080 },
      {},
      checked(8081, 8080),
      'images/shop/web/consul.json:1: a check asks port 8081, and nothing says that the program opens it; ask 8080, or name 8081 in Env or Args of its config.json',
    ],
    [
      'check and a worker without a port',
      {},
      {},
      checked(9000),
      'images/shop/web/consul.json:1: a check asks port 9000, and nothing says that the program opens it; name it in images/shop/app.yml: services.web.port, or in Env or Args of its config.json',
    ],
  ])('are refused when they differ between %s', (_what, service, config, definition, sentence) => {
    expect(said(service, config, definition)).toEqual([sentence])
  })
})
