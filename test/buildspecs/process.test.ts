import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as ec2 from '@aws-sdk/client-ec2'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { makeRoot, register } from '../../buildspecs/process.mjs'
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

/** The part of EC2 that makes an AMI from a volume. */
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

  it("fills the snapshot's folder and leaves an AMI and a snapshot, tagged as the stage's from the start", async () => {
    expect(await register(cloud, ec2, settings, fill)).toBe('ami-1')
    expect(filled).toEqual(['/state/snapshots/snap-1'])
    expect([...cloud.left]).toEqual(['snap-1', 'ami-1'])
    for (const kind of ['image', 'snapshot', 'volume']) {
      expect(cloud.tags.get(kind)).toContainEqual({ Key: 'CreatedBy', Value: 'ops' })
      expect(cloud.tags.get(kind)).toContainEqual({ Key: 'nanofleet:stage', Value: 'local' })
      // Whose it is, the control plane says: the build runs code of an app.
      const keys = (cloud.tags.get(kind) as { Key: string }[]).map(({ Key }) => Key)
      expect(keys).toEqual(['Name', 'CreatedBy', 'nanofleet:stage'])
    }
  })

  it.each(['CreateVolume', 'CreateSnapshot', 'RegisterImage'])(
    'leaves nothing behind when %s fails',
    async (action) => {
      cloud.failing = action
      await expect(register(cloud, ec2, settings, fill)).rejects.toThrow(action)
      expect([...cloud.left]).toEqual([])
    },
  )

  it('leaves nothing behind when the content cannot be written', async () => {
    const full = () => {
      throw new Error('no space left')
    }
    await expect(register(cloud, ec2, settings, full)).rejects.toThrow('no space left')
    expect([...cloud.left]).toEqual([])
  })
})

describe('the file system of a service without our own source', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'process-'))
    mkdirSync(join(folder, 'programs'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  const make = (Program: string, programs: string | undefined = join(folder, 'programs')) =>
    makeRoot({ ...settings, root: folder, programs }, { Program }, join(folder, 'out'))
  const provide = (name: string) => writeFileSync(join(folder, 'programs', name), 'ELF', { mode: 0o755 })

  it('contains the program that set-up provides, at its place in the image', async () => {
    provide('redis-server')
    await make('/usr/local/bin/redis-server')
    const file = join(folder, 'out', 'usr', 'local', 'bin', 'redis-server')
    expect(readFileSync(file, 'utf8')).toBe('ELF')
    expect(statSync(file).mode & 0o111).toBe(0o111)
  })

  it('contains its own copy of a program that is a link to the machine’s', async () => {
    writeFileSync(join(folder, 'machine'), 'ELF')
    symlinkSync(join(folder, 'machine'), join(folder, 'programs', 'redis-server'))
    await make('/bin/redis-server')
    rmSync(join(folder, 'machine'))
    expect(readFileSync(join(folder, 'out', 'bin', 'redis-server'), 'utf8')).toBe('ELF')
  })

  it.each(['/usr/sbin/nginx', '', '/redis-server/other'])(
    'cannot be made for the program "%s"',
    async (Program) => {
      provide('nginx')
      await expect(make(Program)).rejects.toThrow(/images\/web\/page.*main\.ts/)
      expect(existsSync(join(folder, 'out'))).toBe(false)
    },
  )

  it('asks for set-up when its program is missing', async () => {
    await expect(make('/usr/local/bin/redis-server')).rejects.toThrow('npm run setup')
    await expect(make('/usr/local/bin/redis-server', '')).rejects.toThrow('npm run setup')
  })
})
