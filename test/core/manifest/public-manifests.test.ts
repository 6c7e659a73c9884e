import { describe, expect, it } from '@jest/globals'
import { parseManifest } from '../../../core/manifest/manifest.ts'

const FILE = 'images/shop/app.yml'
const health = (path: string) => `app: shop
services:
  web: {port: 8080, expose: {port: 8100, health: "${path}"}}
`
/** Small manifests with habits of other tools: what becomes of each, in our words when it is no. */
const MANIFESTS: [what: string, text: string, outcome: object | string[]][] = [
  [
    'a name with an underscore',
    'app: shop\nservices:\n  web_front: {}\n',
    [':3: services.web_front: "web_front" is not a name'],
  ],
  [
    'the keys of Docker Compose',
    `app: shop
services:
  web:
    image: nginx:latest
    ports: ["80:8080"]
    depends_on: [api]
    environment: [MODE=prod]
`,
    [
      ':4: services.web.image: unknown key',
      ':5: services.web.ports: ["80:8080"] is not an object; give an object',
      ':6: services.web.depends_on: unknown key',
      ':7: services.web.environment: unknown key',
    ],
  ],
  [
    'numbers and truths in the environment',
    'app: shop\nservices:\n  web: {port: 8080, env: {WORKERS: 4, DEBUG: true, EMPTY: , VERSION: 1.10}}\n',
    [
      ':3: services.web.env.WORKERS: 4 is neither a text (put numbers in quotes)',
      ':3: services.web.env.DEBUG: true is neither a text',
      ':3: services.web.env.EMPTY: null is neither a text',
      ':3: services.web.env.VERSION: 1.10 is neither a text',
    ],
  ],
  [
    'names of the environment with dots and dashes',
    'app: shop\nservices:\n  web: {port: 8080, env: {spring.profiles.active: prod, MY-KEY: x}}\n',
    ['"spring.profiles.active" is not an environment name', '"MY-KEY" is not an environment name'],
  ],
  [
    'nothing for a service',
    'app: shop\nservices:\n  web:\n',
    [':3: services.web: is missing; give an object'],
  ],
  [
    'a health path with a query',
    health('/health?full=1'),
    { services: { web: { expose: { health: '/health?full=1' } } } },
  ],
  [
    'a health path of 1,024 characters',
    health(`/${'a'.repeat(1023)}`),
    { services: { web: { expose: { health: `/${'a'.repeat(1023)}` } } } },
  ],
  ['a longer one', health(`/${'a'.repeat(1024)}`), ['is longer than the 1024 characters']],
  ['a health path with a space', health('/health check'), ['is not a URL path with or without a query']],
  ['a health path with half an escape', health('/health%2'), ['is not a URL path with or without a query']],
  [
    'a version that YAML takes for a number',
    'app: shop\nsource: upstream\nupstream: {registry: docker.io/library, version: 1.10}\nservices:\n  web: {port: 8080, source: apps/web}\n',
    [':3: upstream.version: 1.10 is not a text; write "1.10"'],
  ],
  ['a key twice', 'app: shop\nservices:\n  web: {}\n  web: {port: 80}\n', [':4: map keys must be unique']],
  [
    'aliases that stand for a billion values',
    `a: &a [x, x, x, x, x, x, x, x, x]\n${[...'bcdefghij']
      .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghi'[index]}`).join(', ')}]`)
      .join('\n')}\n`,
    [`${FILE}: its aliases (*) stand for too much; write out what they name, or use fewer of them`],
  ],
  ['an alias of nothing', 'app: *shop\nservices:\n  web: {}\n', ['shop']],
]

describe('a manifest of the field', () => {
  it.each(MANIFESTS)('is read or refused with place and remedy: %s', (_what, text, outcome) => {
    let read: object | string
    try {
      read = parseManifest(text, FILE)
    } catch (error) {
      read = (error as Error).message
    }
    if (!Array.isArray(outcome)) {
      expect(read).toMatchObject(outcome)
      return
    }
    for (const sentence of outcome) expect(read).toContain(sentence)
    for (const line of String(read).split('\n')) expect(line).toMatch(new RegExp(`^${FILE}:`))
  })
})
