import { describe, expect, it } from '@jest/globals'
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
  readonly images = [{ ImageId: 'ami-1', CreationDate: '1' }]
  readonly ran: string[] = []
  failing = ''

  readonly run = async ({ program, args }: { program: string; args: string[] }): Promise<string> => {
    const line = `${program} ${args.slice(0, 2).join(' ')}`
    this.ran.push(line)
    if (this.failing === line) throw new FailedCommand(`${line} ended with status 1`, '')
    if (line === 'ops image create') this.images.push({ ImageId: 'ami-2', CreationDate: '2' })
    return line === 'aws ec2 describe-images' ? JSON.stringify({ Images: this.images }) : ''
  }
}

describe('a build', () => {
  it('returns the new AMI, and says of none which service it is of', async () => {
    const account = new Account()
    expect(await makeImage(settings, config, 'c', account.run)).toBe('ami-2')
    expect(account.ran.filter((line) => line.startsWith('aws'))).toEqual([
      'aws ec2 describe-images',
      'aws ec2 describe-images',
    ])
  })

  it('asks again for half a minute while EC2 does not show the AMI yet', async () => {
    const account = new Account()
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
  })

  it('that makes nothing new says so', async () => {
    const account = new Account()
    const idle = async (command: { program: string; args: string[] }) =>
      command.program === 'ops' ? '' : await account.run(command)
    await expect(makeImage(settings, config, 'c', idle, async () => {})).rejects.toThrow(
      'EC2 has no new AMI of this image',
    )
  })

  it.each(['docker build --platform', 'ops pkg from-docker', 'ops image create'])(
    'that fails at "%s" ends there and removes nothing',
    async (step) => {
      const account = new Account()
      account.failing = step
      await expect(makeImage(settings, config, 'c', account.run)).rejects.toThrow('ended with status 1')
      expect(account.ran.at(-1)).toBe(step)
    },
  )
})
