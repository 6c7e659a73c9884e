import { describe, expect, it } from '@jest/globals'
import { parseManifest } from '../../../core/manifest/manifest.ts'
import { waves } from '../../../core/manifest/waves.ts'
import { pathName, requiredPaths } from '../../../core/proof/required-paths.ts'
import { appTemplate } from '../../../core/template/app.ts'
import { readApp } from '../../../core/template/app-folder.ts'
import { parsedApp } from '../../../core/template/parsed-app.ts'
import { portDisagreements } from '../../../core/template/port-agreement.ts'
import { DEV_STAGE } from '../../../scripts/sample-stages.ts'
import { sampleApp } from '../../apps/apps.ts'

const shop = parsedApp(
  sampleApp(
    'shop',
    `services:
  web: {port: 8080, ports: {metrics: 9090, admin: 9091}}
  scraper: {needs: ['web:metrics']}
  page: {needs: [web]}
  both: {needs: [web, 'web:admin']}
`,
    {
      'web/consul.json':
        '{"services": [{"name": "web", "port": 8080}, {"name": "web-metrics", "port": 9090}]}',
    },
  ),
)

describe('further ports of a service', () => {
  it('are open to those that need them by name, and to nobody else', () => {
    const rules = Object.values(appTemplate(shop, DEV_STAGE).Resources)
      .filter(({ Type }) => Type === 'AWS::EC2::SecurityGroupIngress')
      .map(({ Properties: rule = {} }) => `${rule.FromPort} ${rule.Description}`)
    expect(rules.sort()).toEqual([
      '8080 both needs web',
      '8080 page needs web',
      '8080 people who proxy web',
      '9090 scraper needs web:metrics',
      '9091 both needs web:admin',
    ])
  })

  it('are paths that a plan proves', () => {
    const paths = requiredPaths(shop, DEV_STAGE).map(pathName)
    expect(paths).toContain('nanofleet-dev-shop-scraper -> nanofleet-dev-shop-web tcp 9090')
    expect(paths).not.toContain('nanofleet-dev-shop-scraper -> nanofleet-dev-shop-web tcp 8080')
  })

  it('count for the order in which services start', () => {
    expect(waves(shop.bundle.manifest)).toEqual([['web'], ['both', 'page', 'scraper']])
  })

  it.each([
    ['needs: ["web:metric"]', /web has no port "metric"; did you mean "metrics"/],
    ['needs: ["wob:metrics"]', /no service "wob" in app shop; did you mean "web"/],
    ['needs: ["page:x"]', /page needs itself/],
    ['needs: ["web:metrics:x"]', /neither the name of a service nor service:name/],
    ['needs: ["web:metrics", "web:metrics"]', /is there twice/],
    ['port: 8080, ports: {x: 8080}', /ports\.x: 8080 is port already; choose another/],
    ['ports: {x: 9000, z: 9000}', /ports\.z: 9000 is ports\.x already/],
    ['ports: {x: 80}', /below 1024/],
    ['ports: {X: 9000}', /is not a name/],
  ])('are refused as {%s}', (keys, words) => {
    const text = `app: shop\nservices:\n  web: {port: 8080, ports: {metrics: 9090}}\n  page: {${keys}}\n`
    expect(() => parseManifest(text, 'app.yml')).toThrow(words)
  })

  it.each<[string, number, RegExp[]]>([
    ['is right with a port of the manifest', 9090, []],
    [
      'is wrong with another one',
      9092,
      [/consul\.json.*: web-metrics has port 9092, and .*services\.web has 8080, 9090/],
    ],
  ])('a definition %s', (_what, port, expected) => {
    const check = { tcp: `HEALTHROUTE:${port}`, interval: '1s' }
    const definition = [
      { name: 'web', port: 8080 },
      { name: 'web-metrics', port, checks: [check] },
    ]
    const files = new Map([
      ['app.yml', 'app: shop\nservices:\n  web: {port: 8080, ports: {metrics: 9090}}\n'],
      ['web/config.json', '{"Program": "/p"}'],
      ['web/consul.json', JSON.stringify({ services: definition })],
    ])
    const said = portDisagreements(readApp('shop', files)).map(({ place, problem }) => `${place}: ${problem}`)
    expect(said.length).toBe(expected.length)
    for (const [index, words] of expected.entries()) expect(said[index]).toMatch(words)
  })
})
