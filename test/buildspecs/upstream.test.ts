import { readFile } from 'node:fs/promises'
import { beforeEach, describe, expect, it } from '@jest/globals'
import { parse } from 'yaml'
import { FailedCommand } from '../../buildspecs/commands.mjs'
import { makeRoot } from '../../buildspecs/process.mjs'
import { parseSettings } from '../../buildspecs/settings.mjs'
import { mirroredImage, mirrorTag } from '../../buildspecs/upstream.mjs'
import { CLOUDFORMATION_TAGS } from '../../core/base/cloudformation-yaml.ts'

const PUBLISHED = 'images.example/shop/cart:v1.2.3'
const ENVIRONMENT = {
  APP: 'shop',
  SERVICE: 'cart',
  HASH: '0123456789abcdef',
  STAGE: 'dev',
  BUCKET: 'nanofleet-dev-1',
  ARCH: 'x86_64',
  AWS_REGION: 'eu-west-1',
  UPSTREAM: PUBLISHED,
}
const settings = parseSettings(ENVIRONMENT, '/src')
const URI = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/nanofleet-dev-upstream'
const THEIRS = `images.example/shop/cart@sha256:${'a'.repeat(64)}`
const MIRRORED = `sha256:${'b'.repeat(64)}`
const TAG = mirrorTag(settings, PUBLISHED)

/** A publisher's registry, the stage's own and Docker, as the build uses them. */
class Registries {
  mirrored = new Map<string, string>()
  architecture = 'amd64'
  failing = ''
  failure = 'ImageNotFound'
  readonly ran: string[] = []

  readonly run = async ({ program, args }: { program: string; args: string[] }): Promise<string> => {
    const line = [program, ...args].join(' ')
    this.ran.push(line)
    if (this.failing && line.startsWith(this.failing)) throw new FailedCommand(`${this.failing} failed`, '')
    if (line.startsWith('docker push')) this.mirrored.set(line.split(':').at(-1) ?? '', MIRRORED)
    if (line.startsWith('docker image inspect'))
      return JSON.stringify({ architecture: this.architecture, digests: ['other@sha256:0', THEIRS] })
    if (line.startsWith('aws ecr describe-repositories'))
      return JSON.stringify({ repositories: [{ repositoryUri: URI }] })
    if (line.startsWith('aws ecr batch-get-image')) {
      const digest = this.mirrored.get(/imageTag=(\S+)/.exec(line)?.[1] ?? '')
      return JSON.stringify({ digests: digest ? [digest] : [], failures: digest ? [] : [this.failure] })
    }
    return ''
  }
}

describe('the mirror of a published image', () => {
  let registries: Registries
  beforeEach(() => {
    registries = new Registries()
  })
  const mirrored = (published = PUBLISHED, at = settings) => mirroredImage(at, published, registries.run)

  it('is created by the first build, which resolves the tag, and used by its digest', async () => {
    expect(await mirrored()).toBe(`${URI}@${MIRRORED}`)
    const asked = `aws ecr batch-get-image --repository-name nanofleet-dev-upstream --image-ids imageTag=${TAG}`
    expect(registries.ran).toEqual([
      expect.stringMatching(/^aws ecr describe-repositories --repository-names nanofleet-dev-upstream /),
      expect.stringMatching(/^sh -c .* eu-west-1 123456789012\.dkr\.ecr\.eu-west-1\.amazonaws\.com$/),
      expect.stringContaining(asked),
      `docker pull --platform linux/amd64 ${PUBLISHED}`,
      expect.stringMatching(/^docker image inspect --format .* images\.example\/shop\/cart:v1\.2\.3$/),
      `docker tag ${PUBLISHED} ${URI}:${TAG}`,
      `docker push ${URI}:${TAG}`,
      expect.stringContaining(asked),
    ])
  })

  it('is all that later builds need: the publisher may have moved or removed the tag', async () => {
    const first = await mirrored()
    registries.ran.length = 0
    registries.failing = 'docker pull'
    expect(await mirrored()).toBe(first)
    expect(registries.ran.filter((line) => line.startsWith('docker'))).toEqual([])
  })

  it('is different for another registry, version, digest or architecture', () => {
    const arm = { ...settings, architecture: 'arm64' as const }
    const tags = [
      TAG,
      mirrorTag(arm, PUBLISHED),
      mirrorTag(settings, PUBLISHED.replace('images', 'mirror')),
      mirrorTag(settings, `${PUBLISHED}4`),
      mirrorTag(settings, `${PUBLISHED}@${MIRRORED}`),
    ]
    expect(new Set(tags).size).toBe(tags.length)
    for (const tag of tags) expect(tag).toMatch(/^shop-cart-v1\.2\.34?-(amd|arm)64-[0-9a-f]{12}$/)
  })

  it('is refused for another architecture before anything is pushed', async () => {
    registries.architecture = 'arm64'
    await expect(mirrored()).rejects.toThrow(
      `${PUBLISHED} is made for arm64, the stage's instances are x86_64; use a stage of that architecture, or source: ours`,
    )
    expect(registries.mirrored.size).toBe(0)
  })

  it('fails with one sentence when the publisher has removed the tag', async () => {
    registries.failing = 'docker pull'
    await expect(mirrored()).rejects.toThrow(
      `${PUBLISHED} cannot be pulled; choose another registry or version in images/shop/app.yml: upstream`,
    )
  })

  it('is used when another build has just pushed it', async () => {
    const run = async (command: { program: string; args: string[] }) => {
      const answer = await registries.run(command)
      if (command.args[0] === 'push') throw new FailedCommand('the tag is immutable', '')
      return answer
    }
    expect(await mirroredImage(settings, PUBLISHED, run)).toBe(`${URI}@${MIRRORED}`)
  })

  it('is not created when the registry cannot say whether it exists', async () => {
    registries.failure = 'UnknownFailure'
    await expect(mirrored()).rejects.toThrow('UnknownFailure')
    expect(registries.ran.some((line) => line.startsWith('docker pull'))).toBe(false)
  })

  it('needs no password in an argument or in the log', async () => {
    await mirrored()
    const login = registries.ran.filter((line) => line.includes('login'))
    expect(login).toEqual([expect.stringContaining('get-login-password --region "$0" | docker login')])
    expect(login[0]).toContain('--password-stdin')
  })
})

describe("the stage's registry", () => {
  const template = async () => {
    const text = await readFile(new URL('../../resources/packagers/ops.yml', import.meta.url), 'utf8')
    const { UpstreamRepository, ImagePackagerPolicy } = parse(text, {
      customTags: CLOUDFORMATION_TAGS,
    }).Resources
    return { repository: UpstreamRepository.Properties, policy: ImagePackagerPolicy.Properties }
  }

  it('has the name that builds use, keeps what a tag once meant and scans for known vulnerabilities', async () => {
    const { repository } = await template()
    expect(repository).toMatchObject({
      // biome-ignore lint/suspicious/noTemplateCurlyInString: this is the variable of serverless
      RepositoryName: 'nanofleet-${sls:stage}-upstream',
      ImageTagMutability: 'IMMUTABLE',
      ImageScanningConfiguration: { ScanOnPush: true },
    })
    const { rules } = JSON.parse(repository.LifecyclePolicy.LifecyclePolicyText)
    expect(rules.map(({ selection }: { selection: { tagStatus: string } }) => selection.tagStatus)).toEqual([
      'untagged',
      'any',
    ])
  })

  it('is the only one that builds may use; each permission is listed among those that only AWS checks', async () => {
    const { policy } = await template()
    const page = await readFile(new URL('../../docs/iam-aws-only.md', import.meta.url), 'utf8')
    const statements: { Action: string | string[]; Resource: unknown }[] = policy.PolicyDocument.Statement
    const ecr = statements.filter(({ Action }) => [Action].flat().some((action) => action.startsWith('ecr:')))
    expect(ecr.map(({ Resource }) => Resource)).toEqual([
      '*',
      { 'Fn::GetAtt': ['UpstreamRepository', 'Arn'] },
    ])
    expect(ecr[0]?.Action).toBe('ecr:GetAuthorizationToken')
    for (const action of ecr.flatMap(({ Action }) => Action)) expect(page).toContain(`\`${action}\``)
  })
})

describe('a build of a published image', () => {
  const config = { Program: '/app/cart' }

  it('is refused by the packager process', async () => {
    await expect(makeRoot(settings, config, '/out')).rejects.toThrow(
      `the packager process cannot pack published images such as ${PUBLISHED}; only ops can`,
    )
  })

  it.each([PUBLISHED, `${PUBLISHED}@${MIRRORED}`, 'r.example:5000/a/b:1'])('is told of %s', (UPSTREAM) => {
    expect(parseSettings({ ...ENVIRONMENT, UPSTREAM }, '/src').upstream).toBe(UPSTREAM)
  })

  it('is one of ours when it is told of none', () => {
    expect(parseSettings({ ...ENVIRONMENT, UPSTREAM: '' }, '/src').upstream).toBeUndefined()
  })

  it.each(['cart', '--config=/x', 'a/b:c d', 'a.example/b'])('refuses %s', (UPSTREAM) => {
    expect(() => parseSettings({ ...ENVIRONMENT, UPSTREAM }, '/src')).toThrow('UPSTREAM is')
  })
})
