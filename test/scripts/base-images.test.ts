import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from '@jest/globals'
import { baseImages, unpinnedBases } from '../../core/manifest/base-images.ts'
import { digestOf, pinned } from '../../scripts/base-images.ts'
import { ROOT } from '../apps/apps.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`
const dockerfiles = readdirSync(join(ROOT, 'images'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('Dockerfile'))
  .map((file): [string, string] => [file, readFileSync(join(ROOT, 'images', file), 'utf8')])

describe('the base images of the apps here', () => {
  it.each(dockerfiles)('come with a digest from a registry that asks for no login: %s', (file, text) => {
    expect(unpinnedBases(file, text)).toEqual([])
    for (const { image } of baseImages(text)) expect(image).toMatch(/^public\.ecr\.aws\/docker\/library\//)
  })

  it('are the same everywhere where they have the same name', () => {
    const digests = new Map<string, Set<string>>()
    for (const [, text] of dockerfiles)
      for (const { image, digest = '' } of baseImages(text)) {
        const [name = ''] = image.split('@')
        digests.set(name, (digests.get(name) ?? new Set()).add(digest))
      }
    expect([...digests].filter(([, found]) => found.size > 1)).toEqual([])
  })
})

describe('the base images of a Dockerfile', () => {
  it('are those of a registry, not stages, scratch or what an argument names', () => {
    const text = `# FROM nothing
ARG UPSTREAM
FROM --platform=$BUILDPLATFORM a/b:1 AS Build
from a/c@${DIGEST}
FROM build
FROM \${UPSTREAM} AS up
FROM scratch
`
    expect(baseImages(text)).toEqual([
      { image: 'a/b:1', digest: undefined },
      { image: `a/c@${DIGEST}`, digest: DIGEST },
    ])
    expect(unpinnedBases('images/x/y/Dockerfile', text)).toEqual([
      'images/x/y/Dockerfile: a/b:1 has no digest, so that a new base makes no new image; pin it with "node scripts/base-images.ts --write"',
    ])
  })

  it('get the digests of the registry, also over an old one', async () => {
    const text = `FROM a/b:1@sha256:${'0'.repeat(64)} AS x\nRUN b\nFROM a/c:2\n`
    const asked: string[] = []
    const now = await pinned(text, async (image) => {
      asked.push(image)
      return DIGEST
    })
    expect(now).toBe(`FROM a/b:1@${DIGEST} AS x\nRUN b\nFROM a/c:2@${DIGEST}\n`)
    expect(asked).toEqual(['a/b:1', 'a/c:2'])
  })
})

describe('a registry', () => {
  let server: Server
  afterEach(() => void server.close())

  it('is asked for a token first where it wants one, then for the digest of the tag', async () => {
    server = createServer((request, response) => {
      const url = new URL(request.url ?? '', 'http://registry')
      if (url.pathname === '/token') {
        response.end(JSON.stringify({ token: `for ${url.searchParams.get('scope')}` }))
        return
      }
      if (request.headers.authorization !== 'Bearer for repository:library/node:pull') {
        const host = request.headers.host
        const challenge = `Bearer realm="http://${host}/token",service="r",scope="repository:library/node:pull"`
        response.writeHead(401, { 'www-authenticate': challenge }).end()
        return
      }
      const known = url.pathname === '/v2/library/node/manifests/24'
      response.writeHead(known ? 200 : 404, known ? { 'docker-content-digest': DIGEST } : {}).end()
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
    expect(await digestOf(`${host}/library/node:24@sha256:old`, 'http')).toBe(DIGEST)
    await expect(digestOf(`${host}/library/node:25`, 'http')).rejects.toThrow(
      'answers 404; is there such a tag?',
    )
    await expect(digestOf('node:24')).rejects.toThrow('name its registry')
  })
})
