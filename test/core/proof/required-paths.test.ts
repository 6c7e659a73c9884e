import { describe, expect, it } from '@jest/globals'
import type { Stage } from '../../../core/base/stage.ts'
import { pathName, type RequiredPath, requiredPaths } from '../../../core/proof/required-paths.ts'
import { parsedApp } from '../../../core/template/parsed-app.ts'
import { DEV_STAGE } from '../../../scripts/sample-stages.ts'
import { sampleApp } from '../../apps/apps.ts'

describe('the name of a path', () => {
  it.each<[RequiredPath, string]>([
    [{ kind: 'connect', from: 'a', to: 'b', protocol: 'udp', port: 53 }, 'a -> b udp 53'],
    [{ kind: 'probe', to: 'b', protocol: 'tcp', port: 80 }, 'Lambda consul -> b tcp 80'],
    [{ kind: 'proxy', to: 'b', port: 80 }, 'Lambda proxy -> b tcp 80'],
    [{ kind: 'proxy-names', servers: 'c', addresses: ['1', '2'] }, 'Lambda proxy -> names at 1, 2'],
    [{ kind: 'aws', from: 'a' }, 'a -> AWS APIs'],
    [{ kind: 'function-aws', beside: 'a' }, 'Lambda consul -> AWS APIs'],
    [{ kind: 'gateway-endpoint', from: 'a', service: 's3' }, 'a -> s3'],
    [{ kind: 'names', from: 'a', servers: 'c', addresses: ['1', '2'] }, 'a -> names at 1, 2'],
    [{ kind: 'sent-on', listener: 80, to: 443 }, 'internet -> port 443 through port 80'],
    [{ kind: 'public', to: 'a', port: 80, listener: 8101 }, 'internet -> a through port 8101'],
    [
      { kind: 'public', to: 'a', port: 80, listener: 443, host: 'www.example', path: '/b' },
      'internet -> a through port 443, www.example/b',
    ],
  ])('%j is "%s"', (path, name) => {
    expect(pathName(path)).toBe(name)
  })
})

describe('Consul servers', () => {
  it('need RPC, gossip and the HTTPS API of each other', () => {
    const servers = sampleApp('platform', 'services:\n  consul: {kind: consulserver, strategy: quorum}\n')
    const paths = requiredPaths(parsedApp(servers), DEV_STAGE).map(pathName)
    expect(paths.filter((path) => /-> nanofleet-dev-platform-consul/.test(path))).toEqual([
      'nanofleet-dev-platform-consul -> nanofleet-dev-platform-consul tcp 8300',
      'nanofleet-dev-platform-consul -> nanofleet-dev-platform-consul tcp 8301',
      'nanofleet-dev-platform-consul -> nanofleet-dev-platform-consul udp 8301',
      'nanofleet-dev-platform-consul -> nanofleet-dev-platform-consul tcp 8501',
      'Lambda consul -> nanofleet-dev-platform-consul tcp 8501',
    ])
  })
})

describe('plain HTTP', () => {
  const kinds = (app: string, stage: Stage) =>
    requiredPaths(parsedApp(sampleApp(app, 'services:\n  web: {}\n')), stage).map(({ kind }) => kind)

  it.each([
    ['platform', 'a certificate', true],
    ['shop', 'a certificate', false],
    ['platform', 'no certificate', false],
  ])('of %s on a stage with %s leads to HTTPS: %p', (app, what, sent) => {
    const stage = { ...DEV_STAGE, ...(what === 'a certificate' && { certificateArn: 'arn' }) }
    expect(kinds(app, stage).includes('sent-on')).toBe(sent)
  })
})
