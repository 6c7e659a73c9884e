import * as ec2 from '@aws-sdk/client-ec2'
import { beforeEach, describe, expect, it } from '@jest/globals'
import { register } from '../../buildspecs/process.mjs'
import { parseSettings } from '../../buildspecs/settings.mjs'

const settings = {
  ...parseSettings(
    {
      APP: 'web',
      SERVICE: 'page',
      HASH: '0123456789abcdef',
      STAGE: 'local',
      BUCKET: 'nanofleet-local-1',
      AWS_REGION: 'eu-west-1',
    },
    '/src',
  ),
  snapshots: '/state/snapshots',
}

/** EC2 as far as making an AMI of a volume goes. */
class Cloud {
  readonly left = new Set<string>()
  readonly tags = new Map<string, unknown>()
  failing = ''

  async send(command: {
    constructor: { name: string }
    input: Record<string, unknown>
  }): Promise<Record<string, string>> {
    const action = command.constructor.name.replace('Command', '')
    if (action === this.failing) throw new Error(`${action} is refused`)
    const input = command.input as { TagSpecifications?: { ResourceType: string; Tags: unknown }[] } & Record<
      string,
      string
    >
    for (const { ResourceType, Tags } of input.TagSpecifications ?? []) this.tags.set(ResourceType, Tags)
    if (action.startsWith('Delete')) this.left.delete(input.VolumeId ?? input.SnapshotId ?? '')
    const made = { CreateVolume: 'vol-1', CreateSnapshot: 'snap-1', RegisterImage: 'ami-1' }[action]
    if (made) this.left.add(made)
    return { VolumeId: 'vol-1', SnapshotId: 'snap-1', ImageId: 'ami-1' }
  }
}

describe('registering the AMI of a service', () => {
  let cloud: Cloud
  let filled: string[]
  beforeEach(() => {
    cloud = new Cloud()
    filled = []
  })
  const fill = (folder: string) => {
    filled.push(folder)
  }

  it('fills the folder of the snapshot and leaves AMI and snapshot, tagged from their first moment', async () => {
    expect(await register(cloud, ec2, settings, fill)).toBe('ami-1')
    expect(filled).toEqual(['/state/snapshots/snap-1'])
    expect([...cloud.left]).toEqual(['snap-1', 'ami-1'])
    for (const kind of ['image', 'snapshot', 'volume']) {
      expect(cloud.tags.get(kind)).toContainEqual({ Key: 'CreatedBy', Value: 'ops' })
      expect(cloud.tags.get(kind)).toContainEqual({ Key: 'nanofleet:hash', Value: '0123456789abcdef' })
    }
  })

  it.each(['CreateVolume', 'CreateSnapshot', 'RegisterImage'])(
    'leaves nothing when %s fails',
    async (action) => {
      cloud.failing = action
      await expect(register(cloud, ec2, settings, fill)).rejects.toThrow(action)
      expect([...cloud.left]).toEqual([])
    },
  )

  it('leaves nothing when the content cannot be written', async () => {
    const full = () => {
      throw new Error('no space left')
    }
    await expect(register(cloud, ec2, settings, full)).rejects.toThrow('no space left')
    expect([...cloud.left]).toEqual([])
  })
})
