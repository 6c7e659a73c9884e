import { describe, expect, it } from '@jest/globals'
import type { Network } from '../../../core/proof/network-model.ts'
import { missingPaths } from '../../../core/proof/reachability.ts'
import { pathName, type RequiredPath } from '../../../core/proof/required-paths.ts'

describe('the name of a path', () => {
  it.each<[RequiredPath, string]>([
    [{ kind: 'connect', from: 'a', to: 'b', protocol: 'udp', port: 53 }, 'a -> b udp 53'],
    [{ kind: 'probe', to: 'b', protocol: 'tcp', port: 80 }, 'Lambda consul -> b tcp 80'],
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

describe('the way to a gateway endpoint', () => {
  const lacking = (subnets: string[], tables: string[]) => {
    const network: Network = {
      vpcCidr: '10.0.0.0/16',
      groups: new Map(),
      tables: new Map(
        subnets.filter((subnet) => subnet !== 'n/Bare').map((subnet) => [subnet, [`${subnet}Table`]]),
      ),
      routes: [],
      endpoints: [{ service: 's3', tables }],
      internetGateways: new Set(),
      natGateways: new Map(),
      addresses: new Set(),
      loadBalancers: new Map(),
      listeners: [],
      targetGroups: new Map(),
      fleets: new Map([['app', { groups: [], subnets, targetGroups: [] }]]),
    }
    const places = { consulFunctionGroup: 'f', platform: 'p' }
    return missingPaths(network, [{ kind: 'gateway-endpoint', from: 'app', service: 's3' }], places)
      .map(({ lacks, stack }) => `${stack}: ${lacks}`)
      .join()
  }

  it.each([
    [[], [], 'app: its instances have no subnet'],
    [['n/A'], ['n/ATable'], ''],
    [['n/A', 'n/B'], ['n/ATable', 'n/BTable'], ''],
    [['n/A', 'n/B'], ['n/ATable'], 'p: no gateway endpoint of s3 is on the route table of n/B'],
    [['n/A', 'n/Bare'], ['n/ATable'], 'n: n/Bare has no route table'],
  ])('of instances in %j with one on %j lacks "%s"', (subnets, tables, lacks) => {
    expect(lacking(subnets, tables)).toBe(lacks)
  })
})
