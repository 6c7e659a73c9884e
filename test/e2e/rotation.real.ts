import { connect } from 'node:tls'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { SecretParameters } from '../../adapters/aws/secret-parameters.ts'
import type { ConsulAccess } from '../../adapters/consul/access.ts'
import type { Context } from '../../cli/context.ts'
import { PLATFORM } from '../../core/base/names.ts'
import { AUTHORITY, authorities, CERTIFICATE, ROTATED, values } from '../../core/secrets/secrets.ts'
import { throughGateway } from '../../scripts/demo/gateway.ts'
import { askServer, liveAccess } from '../live/consul-api.ts'
import { catalogEntries, consulServers } from '../live/names.ts'
import { PlatformWatch, untilOneCluster, withCluster } from '../live/platform.ts'
import { regionOf } from '../live/stage.ts'
import { untilWhole } from '../live/web.ts'
import { runToEnd } from '../live/workflows.ts'

const SECOND_MS = 1000

/** The secrets of the Consul servers change under a running service, which stays in DNS. */
describe('the workflow rotate-secrets', () => {
  let context: Context
  beforeAll(async () => {
    context = await withCluster()
  }, 240 * SECOND_MS)

  const held = () => new SecretParameters(context.ssm(), context.stage, PLATFORM).read()
  const isKnown = async (address: string, access: ConsulAccess): Promise<boolean> =>
    (await askServer(address, '/v1/acl/token/self?stale', access)).status === 200
  /** Does this authority vouch for what the server shows on a new connection? */
  const isTrustedBy = (host: string, ca: string): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect({ host, port: 8501, ca }, () => {
        socket.destroy()
        resolve(true)
      })
      socket.on('error', () => resolve(false))
    })

  it(
    'changes every secret, keeps every entry and leaves no gap in DNS',
    async () => {
      const [before, old] = [await held(), await liveAccess(context)]
      const ids = (await catalogEntries(context, 'web')).map(({ instanceId }) => instanceId).sort()
      const watch = new PlatformWatch(context, 'web')
      try {
        const run = await runToEnd(context, 'rotate-secrets', {}, 200)
        expect(JSON.stringify(await context.workflows().history(run.arn))).not.toContain(old.token)
      } finally {
        const { splits, longestGap, samples, fewest } = await watch.stop()
        console.info(`longest gap in DNS ${longestGap} ms, ${samples} questions`)
        expect(splits).toEqual([])
        expect(samples).toBeGreaterThan(200)
        // Queried every 50 ms: no more than what a busy machine adds.
        expect(longestGap).toBeLessThan(500)
        expect(fewest).toBe(3)
      }
      const after = await held()
      for (const name of ROTATED) {
        const listed = name === AUTHORITY ? authorities : values
        const [now, ...others] = listed(after.get(name) ?? '')
        expect(others).toEqual([])
        expect(listed(before.get(name) ?? '')).not.toContain(now)
      }
      const access = await liveAccess(context)
      expect(after.get(CERTIFICATE)).not.toBe(before.get(CERTIFICATE))
      for (const { address } of await consulServers(context)) {
        expect(await isKnown(address, access)).toBe(true)
        expect(await isKnown(address, { ...access, token: old.token })).toBe(false)
        expect(await isTrustedBy(address, access.certificate)).toBe(true)
        expect(await isTrustedBy(address, old.certificate)).toBe(false)
      }
      // The entries work with the new token: they pass, and their changes reach the catalog.
      await untilWhole(context, 2, 20)
      const now = (await catalogEntries(context, 'web')).map(({ instanceId }) => instanceId).sort()
      expect(now).toEqual(ids)
    },
    240 * SECOND_MS,
  )

  it("lets anyone with the token look at Consul's user interface, and nobody write there", async () => {
    const [ui = ''] = values((await held()).get('ui-token') ?? '')
    const port = new URL(regionOf(context).gateway).port
    const ask = (path: string, method = 'GET', token?: string) =>
      throughGateway(`http://consul.localhost:${port}${path}`, {
        method,
        headers: token ? { 'X-Consul-Token': token } : {},
      })
    expect(await ask('/ui/')).toMatchObject({ status: 200 })
    expect(JSON.parse(String((await ask('/v1/catalog/services')).body))).toEqual({})
    expect(JSON.parse(String((await ask('/v1/catalog/services', 'GET', ui)).body))).toHaveProperty('web')
    expect(await ask('/v1/kv/anything', 'PUT', ui)).toMatchObject({ status: 403 })
    expect(await ask('/v1/acl/tokens', 'GET', ui)).toMatchObject({ status: 403 })
  })

  it(
    'leaves behind a fleet that scales and replaces servers as before',
    async () => {
      await runToEnd(context, 'scale', { app: 'web', service: 'web', count: 3 }, 60)
      await untilWhole(context, 3, 20)
      await runToEnd(context, 'scale', { app: 'platform', service: 'consul', count: 5 }, 120)
      await untilOneCluster(context, 5, 20)
      await runToEnd(context, 'scale', { app: 'platform', service: 'consul', count: 3 }, 120)
      await runToEnd(context, 'scale', { app: 'web', service: 'web', count: 2 }, 60)
      await untilOneCluster(context, 3, 20)
      await untilWhole(context, 2, 20)
    },
    300 * SECOND_MS,
  )
})
