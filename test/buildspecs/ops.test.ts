import { beforeEach, describe, expect, it } from '@jest/globals'
import { FailedCommand, makeImage } from '../../buildspecs/ops.mjs'
import { imageCommands } from '../../buildspecs/ops-commands.mjs'
import { imageConfig } from '../../buildspecs/ops-config.mjs'
import { parseSettings } from '../../buildspecs/settings.mjs'

const settings = parseSettings(
  {
    APP: 'web',
    SERVICE: 'page',
    HASH: '0123456789abcdef',
    STAGE: 'dev',
    BUCKET: 'nanofleet-dev-1',
    ARCH: 'arm64',
    AWS_REGION: 'eu-west-1',
    NANOS_VERSION: '0.1.55',
    RESOLVERS: '10.77.0.10,10.77.16.10',
  },
  '/src',
)
const config = {
  Program: '/usr/local/bin/node',
  Args: ['/app/main.mjs'],
  Env: { PORT: '8080' },
  Klibs: ['ntp', 'tls'],
}
const NAME = 'nanofleet-dev-web-page-0123456789abcdef'

describe('the final configuration for ops', () => {
  it("keeps the service's settings and adds cloud, resolvers, klibs and version", () => {
    expect(imageConfig(config, settings)).toEqual({
      Args: ['/app/main.mjs'],
      Env: { PORT: '8080' },
      Klibs: ['ntp', 'tls', 'userdata'],
      NanosVersion: '0.1.55',
      NameServers: ['10.77.0.10', '10.77.16.10'],
      CloudConfig: {
        Platform: 'aws',
        Zone: 'eu-west-1',
        BucketName: 'nanofleet-dev-1',
        Flavor: 't4g.micro',
        ImageName: NAME,
        Tags: [
          { key: 'Name', value: NAME },
          { key: 'nanofleet:stage', value: 'dev' },
          { key: 'nanofleet:app', value: 'web' },
          { key: 'nanofleet:service', value: 'page' },
          { key: 'nanofleet:hash', value: '0123456789abcdef' },
        ],
        SkipImportVerify: true,
      },
    })
  })

  it.each(['0.1.54', '0.0.99', '', 'latest', '0.1'])(
    'refuses Nanos %j, which cannot pass on the environment',
    (nanosVersion) => {
      expect(() => imageConfig(config, { ...settings, nanosVersion })).toThrow('NANOS_VERSION')
    },
  )

  it.each(['0.1.55', '0.1.56', '0.2.0', '1.0.0'])('takes Nanos %s', (nanosVersion) => {
    expect(imageConfig(config, { ...settings, nanosVersion }).NanosVersion).toBe(nanosVersion)
  })
})

describe('the commands of a build', () => {
  it('build the Dockerfile, take its whole file system, and create the image from the package', () => {
    const lines = imageCommands(settings, config, '/src/ops-config.json').map(({ program, args }) =>
      [program, ...args].join(' '),
    )
    expect(lines).toEqual([
      'docker build --platform linux/arm64 --file images/web/page/Dockerfile --tag nanofleet/web-page:0123456789abcdef .',
      `ops pkg from-docker nanofleet/web-page:0123456789abcdef --file /usr/local/bin/node --name ${NAME} --copy`,
      `ops image create --package ${NAME} --local --arch arm64 --config /src/ops-config.json --target-cloud aws --zone eu-west-1 --imagename ${NAME} --nanos-version 0.1.55`,
    ])
  })

  it("need the program's absolute path", () => {
    expect(() => imageCommands(settings, { Args: [] }, 'c')).toThrow(
      'images/web/page/config.json: Program is missing',
    )
  })
})

/** An AWS account in memory, which the build reaches through command lines. */
class Account {
  images: {
    ImageId: string
    CreationDate: string
    BlockDeviceMappings: { Ebs: { SnapshotId: string } }[]
  }[] = []
  snapshots = new Set<string>()
  readonly tagged = new Set<string>()
  readonly ran: string[] = []
  failing = ''

  register(ImageId: string, SnapshotId: string) {
    this.snapshots.add(SnapshotId)
    this.images.push({ ImageId, CreationDate: ImageId, BlockDeviceMappings: [{ Ebs: { SnapshotId } }] })
  }

  readonly run = async ({ program, args }: { program: string; args: string[] }): Promise<string> => {
    const line = `${program} ${args.slice(0, 2).join(' ')}`
    this.ran.push(line)
    if (line === 'ops image create') {
      this.snapshots.add('snap-0000000b')
      if (this.failing === line)
        throw new FailedCommand('ops ended with status 1', 'cannot register snap-0000000b')
      this.register('ami-2', 'snap-0000000b')
    }
    if (this.failing === line) throw new FailedCommand(`${line} ended with status 1`, '')
    if (line === 'aws ec2 describe-images') return JSON.stringify({ Images: this.images })
    const id = args.at(-1) ?? ''
    if (line === 'aws ec2 create-tags')
      for (const arg of args) if (/^(ami|snap)-/.test(arg)) this.tagged.add(arg)
    if (line === 'aws ec2 deregister-image') this.images = this.images.filter(({ ImageId }) => ImageId !== id)
    if (line === 'aws ec2 delete-snapshot') this.snapshots.delete(id)
    return ''
  }
}

describe('a build', () => {
  let account: Account
  beforeEach(() => {
    account = new Account()
    account.register('ami-1', 'snap-0000000a')
  })

  it('returns the new AMI and tags it and its snapshot', async () => {
    expect(await makeImage(settings, config, 'c', account.run)).toBe('ami-2')
    expect([...account.tagged]).toEqual(['ami-2', 'snap-0000000b'])
  })

  it('asks again for half a minute while EC2 does not show the AMI yet', async () => {
    let hidden = 14
    const slept: number[] = []
    const run = async (command: { program: string; args: string[] }) => {
      const answer = await account.run(command)
      if (command.args[1] !== 'describe-images' || account.images.length === 1 || hidden-- <= 0) return answer
      return JSON.stringify({ Images: account.images.slice(0, 1) })
    }
    const sleep = async (milliseconds: number) => slept.push(milliseconds)
    expect(await makeImage(settings, config, 'c', run, sleep)).toBe('ami-2')
    expect(slept.reduce((sum, each) => sum + each, 0)).toBe(28_000)
    hidden = 99
    account.images.pop()
    await expect(makeImage(settings, config, 'c', run, sleep)).rejects.toThrow('EC2 has no new AMI')
  })

  it('that fails says so even when its leftovers cannot be removed', async () => {
    const run = async (command: { program: string; args: string[] }) => {
      if (command.args[1] === 'deregister-image') throw new FailedCommand('aws ec2 ended with status 254', '')
      if (command.args[1] === 'create-tags' && account.images.length === 2 && account.tagged.size === 0) {
        account.tagged.add('tried')
        throw new FailedCommand('aws ec2 create-tags ended with status 254', '')
      }
      return await account.run(command)
    }
    await expect(makeImage(settings, config, 'c', run)).rejects.toMatchObject({
      message: expect.stringContaining('could not be removed (aws ec2 ended with status 254)'),
      cause: expect.objectContaining({ message: 'aws ec2 create-tags ended with status 254' }),
    })
  })

  it.each(['docker build --platform', 'ops pkg from-docker', 'ops image create'])(
    'that fails at "%s" leaves only what was there before',
    async (step) => {
      account.failing = step
      await expect(makeImage(settings, config, 'c', account.run)).rejects.toThrow('ended with status 1')
      expect(account.images.map(({ ImageId }) => ImageId)).toEqual(['ami-1'])
      expect([...account.snapshots]).toEqual(['snap-0000000a'])
    },
  )
})
