/**
 * Compares the digests of the base images in images/ with those that their registry has for the same tags:
 * `node scripts/base-images.ts`; with --write it writes them into the Dockerfiles, and the next deployment
 * builds those images again. Exit code 1 if one is old, unpinned or gone.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { baseImages } from '../core/manifest/base-images.ts'

const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ')

/** Parts of `host/name:tag@digest`; without a host it is Docker Hub's, which wants a login of machines. */
function parts(image: string): { host: string; name: string; tag: string } | undefined {
  const match = /^([^/]+\.[^/]+|[^/]+:\d+)\/(.+?)(?::([\w.-]+))?(?:@.*)?$/.exec(image)
  if (!match) return undefined
  const [, host = '', name = '', tag = 'latest'] = match
  return { host, name, tag }
}

/** What a registry has for a tag now ("Distribution specification": token, then HEAD of the manifest). */
export async function digestOf(image: string, scheme = 'https'): Promise<string> {
  const place = parts(image)
  if (!place) throw new Error(`${image}: name its registry, such as public.ecr.aws/docker/library/node`)
  const { host, name, tag } = place
  const url = `${scheme}://${host}/v2/${name}/manifests/${tag}`
  const ask = (token?: string) =>
    fetch(url, {
      method: 'HEAD',
      headers: { accept: ACCEPT, ...(token && { authorization: `Bearer ${token}` }) },
      signal: AbortSignal.timeout(20_000),
    })
  let answer = await ask()
  if (answer.status === 401) answer = await ask(await token(answer.headers.get('www-authenticate') ?? ''))
  const digest = answer.headers.get('docker-content-digest')
  if (!answer.ok || !digest)
    throw new Error(`${image}: ${host} answers ${answer.status}; is there such a tag?`)
  return digest
}

async function token(challenge: string): Promise<string> {
  const values = Object.fromEntries(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
  )
  const { realm, ...query } = values
  if (!realm) throw new Error(`the registry asks for a login: ${challenge}`)
  const answer = await fetch(`${realm}?${new URLSearchParams(query)}`, {
    signal: AbortSignal.timeout(20_000),
  })
  return ((await answer.json()) as { token: string }).token
}

/** The text with the digest that the registry has now behind each of its base images. */
export async function pinned(text: string, digest: (image: string) => Promise<string>): Promise<string> {
  let changed = text
  for (const { image } of baseImages(text)) {
    const bare = image.replace(/@sha256:.*$/, '')
    changed = changed.replace(`FROM ${image}`, `FROM ${bare}@${await digest(bare)}`)
  }
  return changed
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..')
  const files = readdirSync(join(root, 'images'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('Dockerfile'))
    .map((file) => join('images', file))
    .sort()
  const known = new Map<string, Promise<string>>()
  const once = (image: string): Promise<string> => {
    const asked = known.get(image) ?? digestOf(image)
    known.set(image, asked)
    return asked
  }
  for (const file of files) {
    const text = readFileSync(join(root, file), 'utf8')
    const now = await pinned(text, once)
    if (now === text) continue
    process.stdout.write(`${file}: its base images have changed\n`)
    if (process.argv.includes('--write')) writeFileSync(join(root, file), now)
    else process.exitCode = 1
  }
}
