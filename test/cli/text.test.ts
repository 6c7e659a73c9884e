import { describe, expect, it } from '@jest/globals'
import { builtTable } from '../../cli/commands/build.ts'
import { urlOf, withoutNames } from '../../cli/commands/open.ts'
import { serviceUrl } from '../../cli/stage/service-url.ts'
import { executionName } from '../../cli/start.ts'
import { cleanedText, cleanupPlanText } from '../../cli/text/cleanup-text.ts'
import { stageText } from '../../cli/text/status-text.ts'
import { second } from './runs.ts'

it('an address under localhost comes with a way for programs that cannot find it', () => {
  expect(withoutNames('http://boutique.localhost:8080/shop')).toBe(
    'A program that does not find boutique.localhost asks http://127.0.0.1:8080/shop with the header "Host: boutique.localhost"',
  )
  expect(withoutNames('https://boutique.example.com/')).toBeUndefined()
})

const consul = { servers: 3, alive: 3, leader: '10.77.0.4:8300', dead: [] }
const web = {
  app: 'shop',
  service: 'web',
  release: 3,
  desired: 2,
  running: 2,
  healthy: 1,
  imageId: 'ami-1',
  url: 'http://web.example.com/',
  wrong: [],
  problems: { 'i-2': 'is unhealthy at the load balancer' },
}

describe('the status of a stage', () => {
  it('has a line per service, what is wrong with instances, and Consul', () => {
    const apps = [{ app: 'shop', state: 'deployed' as const }]
    expect(stageText({ stage: 'dev', apps, services: [web], consul }, second(0))).toBe(
      [
        'app   service  healthy  release  image  url',
        'shop  web      1/2      3        ami-1  http://web.example.com/',
        '  shop/web i-2 is unhealthy at the load balancer',
        'Consul: 3 of 3 servers alive, leader 10.77.0.4:8300',
      ].join('\n'),
    )
  })

  it('shows unknown health as unknown, and says once why', () => {
    const wrong = [
      'health is unknown: Consul has no leader',
      'http://web.example.com/ does not answer: nobody listens there',
    ]
    const services = [{ ...web, healthy: null, wrong, problems: {} }]
    const down = {
      servers: 3,
      alive: 0,
      leader: null,
      dead: ['i-9 at 10.0.0.9 does not answer'],
      silent: 'no Consul server answers (late)',
    }
    expect(
      stageText({ stage: 'dev', apps: [], services, consul: down }, second(0)).split('\n').slice(1),
    ).toEqual([
      'shop  web      ?/2      3        ami-1  http://web.example.com/',
      '  shop/web health is unknown: Consul has no leader',
      '  shop/web http://web.example.com/ does not answer: nobody listens there',
      'Consul: none of 3 servers answers: no Consul server answers (late); i-9 at 10.0.0.9 does not answer',
    ])
  })

  it('says which run works on an app, and since when', () => {
    const lock = { execution: 'shop-1', since: second(0).toISOString(), over: false }
    const apps = [{ app: 'shop', state: 'absent' as const, lock }]
    expect(stageText({ stage: 'dev', apps, services: [], consul }, second(65))).toContain(
      'shop: shop-1 works on it for 1 min 5 s; "nanofleet --stage dev executions shop-1" follows it',
    )
  })

  it('shows an app whose deployment did not finish, with two ways on', () => {
    const lock = { execution: 'shop-1', since: second(0).toISOString(), over: true }
    const apps = [{ app: 'shop', state: 'unfinished' as const, lock }]
    const text = stageText(
      { stage: 'dev', apps, services: [{ ...web, release: 0, imageId: '' }], consul },
      second(0),
    )
    expect(text).toContain('shop  web      1/2      -        -')
    expect(text).toMatch(/no deployment finished; .*deploy shop" goes on, .*teardown shop" removes it/)
  })

  it('says how to begin where nothing is', () => {
    const text = stageText(
      { stage: 'dev', apps: [], services: [], consul: { servers: 0, alive: 0, leader: null, dead: [] } },
      second(0),
    )
    expect(text).toBe('No app is deployed on stage dev; "nanofleet --stage dev deploy web" deploys one.')
  })
})

describe('URLs', () => {
  const expose = { host: 'web', port: 8001, path: '/', health: '/healthz' }
  it.each([
    [{ gateway: 'http://localhost:8080' }, 'http://web.localhost:8080/'],
    [{ domain: 'example.com', secure: true }, 'https://web.example.com/'],
    [{ domain: 'example.com', secure: false }, 'http://web.example.com/'],
    [{ loadBalancer: 'lb.example.com' }, 'http://lb.example.com:8001/'],
  ])('of %j is %s', (place, url) => {
    expect(serviceUrl(expose, place)).toBe(url)
  })

  it('to open are those of the service asked for, or of the only exposed one', () => {
    const rows = [{ service: 'web', url: 'http://web' }, { service: 'db' }]
    expect(urlOf(rows, 'shop', undefined)).toBe('http://web')
    expect(() => urlOf(rows, 'shop', 'db')).toThrow('shop has no exposed service named db; exposed are web')
    const two = [...rows, { service: 'admin', url: 'http://admin' }]
    expect(urlOf(two, 'shop', 'admin')).toBe('http://admin')
    expect(() => urlOf(two, 'shop', undefined)).toThrow(
      'several services are exposed; name one of web, admin',
    )
  })
})

describe('a clean-up', () => {
  const images = {
    remove: [
      { imageId: 'ami-1', snapshots: ['snap-1'], reason: 'nothing needs it' },
      { snapshots: ['snap-2'], reason: 'left by a build' },
    ],
    keep: [{ imageId: 'ami-2', reason: 'one of the 3 newest of shop/web' }],
  }

  it('has a reason for each image', () => {
    expect(cleanupPlanText(images)).toBe(
      [
        'remove  ami-1   nothing needs it',
        'remove  snap-2  left by a build',
        'keep    ami-2   one of the 3 newest of shop/web',
        '--delete removes them.',
      ].join('\n'),
    )
    expect(cleanupPlanText({ remove: [], keep: [] })).toBe('No images.')
  })

  it('says what was removed, and what came to be needed meanwhile', () => {
    const done = {
      removed: [{ id: 'snap-2', snapshots: ['snap-2'] }],
      stayed: [{ id: 'ami-1', reason: 'needed by x' }],
    }
    expect(cleanedText(done, images).split('\n')).toEqual([
      'removed  snap-2  left by a build',
      'kept     ami-1   needed since the plan was made: needed by x',
      'keep     ami-2   one of the 3 newest of shop/web',
    ])
  })
})

describe('tables', () => {
  it('of a build say what each service has now', () => {
    const image = { service: 'web', imageId: 'ami-1', hash: 'h', built: true, reason: 'it has no image yet' }
    const skipped = [{ service: 'db', imageId: 'ami-2', reason: 'nothing changed since its image' }]
    expect(builtTable({ images: [image], skipped }).split('\n')).toEqual([
      'service  image  state      why',
      'web      ami-1  built      it has no image yet',
      'db       ami-2  unchanged  nothing changed since its image',
    ])
  })
})

describe('the name of a run', () => {
  it('says what it is about and sorts by time', () => {
    expect(executionName('deploy', 'shop', second(0))).toBe('shop-19700101-000000-000')
    expect(executionName('clean-amis', '', second(0))).toBe('clean-amis-19700101-000000-000')
  })

  it('keeps its time when the subject is too long', () => {
    const name = executionName('scale', 'a'.repeat(90), second(0))
    expect(name).toHaveLength(80)
    expect(name).toMatch(/^a+-19700101-000000-000$/)
  })
})
