import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { baseImages, unpinnedBases } from '../../../core/manifest/base-images.ts'
import { bareBases, withDigests } from '../../../core/manifest/pinned-bases.ts'
import { ROOT } from '../../apps/apps.ts'

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
      'images/x/y/Dockerfile: a/b:1 has no digest, so that a new base makes no new image; pin it with "npx nanofleet lock"',
    ])
  })

  it('get these digests, also over an old one, and keep those that are not known', () => {
    const text = `FROM a/b:1@sha256:${'0'.repeat(64)} AS x
RUN b
FROM a/c:2
FROM a/d:3
`
    const digests = new Map([
      ['a/b:1', DIGEST],
      ['a/c:2', DIGEST],
    ])
    expect(bareBases(text)).toEqual(['a/b:1', 'a/c:2', 'a/d:3'])
    expect(withDigests(text, digests)).toBe(
      `FROM a/b:1@${DIGEST} AS x
RUN b
FROM a/c:2@${DIGEST}
FROM a/d:3
`,
    )
  })
})
