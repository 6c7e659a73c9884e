import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Instance, InstanceSource } from '../../core/base/instances.ts'
import { TAG } from '../../core/base/names.ts'

/** The instances in a VPC that nobody else launches into. */
export interface InstancesUnderTest {
  source: InstanceSource
  vpcId: string
  /** Launches an instance in the VPC or in another one; resolves to its id once it runs. */
  launch(tags: Record<string, string>, where?: 'here' | 'elsewhere'): Promise<string>
  /** Terminates it; resolves once it is terminated. */
  end(id: string): Promise<void>
  stop(): Promise<void>
}

const SERVICE = { [TAG.kind]: 'service', [TAG.definition]: '/nanofleet/test/web/web/consul' }
const UNKNOWN = 'i-0123456789abcdef0'

const idsOf = (instances: Instance[]): string[] => instances.map(({ id }) => id).sort()

/** What every implementation of `InstanceSource` does. */
export function instancesContract(name: string, start: () => Promise<InstancesUnderTest>): void {
  describe(`the instances ${name}`, () => {
    let under: InstancesUnderTest
    let source: InstanceSource
    let service: string
    let server: string
    let untagged: string
    let foreign: string
    let gone: string
    beforeAll(async () => {
      under = await start()
      source = under.source
      const launched = [
        under.launch(SERVICE),
        under.launch({ [TAG.kind]: 'consulserver' }),
        under.launch({ Name: 'of somebody else' }),
        under.launch(SERVICE, 'elsewhere'),
        under.launch(SERVICE),
      ]
      ;[service = '', server = '', untagged = '', foreign = '', gone = ''] = await Promise.all(launched)
      await under.end(gone)
    }, 150_000)
    afterAll(() => under?.stop(), 60_000)

    it('are the live ones in the VPC that have the tag', async () => {
      expect(idsOf(await source.all())).toEqual([service, server].sort())
    })

    it('show their state, address, network and tags', async () => {
      const found = (await source.all()).find(({ id }) => id === service)
      expect(found).toEqual({
        id: service,
        state: 'running',
        address: expect.stringMatching(/^\d+(\.\d+){3}$/),
        vpcId: under.vpcId,
        tags: expect.objectContaining(SERVICE),
      })
    })

    it('are looked up together with all servers, if they are tagged and in the VPC', async () => {
      const sight = await source.look([service, untagged, foreign, UNKNOWN])
      expect(idsOf(sight.instances)).toEqual([service])
      expect(idsOf(sight.servers)).toEqual([server])
      expect(await source.look([])).toEqual({ instances: [], servers: sight.servers })
    })

    it('are confirmed wherever they are and whatever their tags', async () => {
      const found = await source.confirm([service, untagged, foreign, UNKNOWN])
      expect(idsOf(found)).toEqual([service, untagged, foreign].sort())
      expect(found.find(({ id }) => id === foreign)?.vpcId).not.toBe(under.vpcId)
      expect(await source.confirm([])).toEqual([])
    })

    it('have neither address nor network once they are terminated, and are confirmed as terminated', async () => {
      expect(await source.confirm([gone])).toEqual([
        expect.objectContaining({ id: gone, state: 'terminated', address: '', vpcId: '' }),
      ])
      expect((await source.look([gone])).instances).toEqual([])
    })
  })
}
