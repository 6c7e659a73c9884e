import { describe, expect, it } from '@jest/globals'
import { serversOnly, spotWarning, stateChange, terminating } from '../../model/model-fleet.ts'

describe('events that are none of its business', () => {
  it('ignores instances of another VPC and with other tags: asks EC2 once each time, no error, nothing brought back twice', async () => {
    const fleet = serversOnly(1)
    const elsewhere = fleet.service()
    elsewhere.vpcId = 'vpc-0b'
    const untagged = fleet.service()
    untagged.tags = { Name: 'bastion' }
    const outcome = await fleet.deliver(
      stateChange(elsewhere, 'running'),
      stateChange(untagged, 'terminated'),
      stateChange({ id: 'i-0abc' }, 'terminated'),
      spotWarning(elsewhere),
      terminating(untagged),
    )
    expect(outcome).toMatchObject({ failed: [], problems: [] })
    expect(fleet.looks).toEqual(['look'])
    expect(await fleet.deliverLater()).toMatchObject({ failed: [], problems: [] })
    expect(fleet.looks).toEqual(['look', 'confirm'])
    expect(fleet.catalog.writes).toEqual([])
    expect(fleet.completed).toEqual([])
    expect(fleet.sent).toEqual([])
  })

  it('ignores an instance without a tag after three more looks, each of which asks EC2 once', async () => {
    const fleet = serversOnly(1)
    const bare = fleet.service()
    bare.tags = {}
    await fleet.deliver(stateChange(bare, 'running'))
    for (let looks = 0; looks < 3; looks += 1) await fleet.deliverLater()
    expect(fleet.looks).toEqual(['look', 'confirm', 'confirm', 'confirm'])
    expect(fleet.sent).toEqual([])
  })

  it('asks EC2 once for a batch of new events and of instances to look at again, and still finds what is ours', async () => {
    const fleet = serversOnly(1)
    const [elsewhere, late] = [fleet.service(), fleet.service()]
    elsewhere.vpcId = 'vpc-0b'
    const { tags } = late
    late.tags = {}
    await fleet.deliver(stateChange(elsewhere, 'running'), stateChange(late, 'running'))
    late.tags = tags
    const again = fleet.sent.splice(0).map(({ body }) => JSON.parse(body))
    expect(again).toHaveLength(2)
    await fleet.deliver(...again, stateChange(elsewhere, 'stopping'))
    expect(fleet.looks).toEqual(['look', 'look'])
    expect(fleet.catalog.found('web')).toEqual([late.id])
    expect(fleet.sent).toHaveLength(1)
    await fleet.deliverLater()
    expect(fleet.looks).toEqual(['look', 'look', 'confirm'])
    expect(fleet.sent).toEqual([])
  })

  it('looks at an instance with a tag of others no more than once again', async () => {
    const fleet = serversOnly(1)
    const bastion = fleet.service()
    bastion.tags = { Name: 'bastion' }
    await fleet.deliver(stateChange(bastion, 'running'))
    expect(fleet.sent).toHaveLength(1)
    await fleet.deliverLater()
    expect(fleet.sent).toEqual([])
  })

  it.each(['pending', 'stopping', 'stopped', 'shutting-down', 'terminated'] as const)(
    'looks once only for an instance that is %s and that the fleet does not show',
    async (state) => {
      const fleet = serversOnly(1)
      await fleet.deliver(stateChange({ id: 'i-0abc' }, state))
      expect(fleet.sent).toEqual([])
    },
  )

  it('has nothing to do while the platform is down: one look at EC2, no call to Consul', async () => {
    const fleet = serversOnly(0)
    const instance = fleet.service()
    const outcome = await fleet.deliver(
      stateChange(instance, 'running'),
      stateChange({ id: 'i-0abc' }, 'terminated'),
    )
    expect(outcome).toEqual({ report: null, failed: [], problems: [], runningSince: [] })
    expect(fleet.looks).toEqual(['look'])
  })
})
