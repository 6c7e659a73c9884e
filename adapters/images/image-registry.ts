import { askRegistry } from './registry-ask.ts'

const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ')

const PATIENCE_MS = 20_000

/** Parts of `host/name:tag@digest`; without a host it is Docker Hub's, which wants a login of machines. */
function parts(image: string): { host: string; name: string; tag: string } | undefined {
  const match = /^([^/]+\.[^/]+|[^/]+:\d+)\/(.+?)(?::([\w.-]+))?(?:@.*)?$/.exec(image)
  if (!match) return undefined
  const [, host = '', name = '', tag = 'latest'] = match
  return { host, name, tag }
}

/**
 * The digest that a registry has for a tag now ("Distribution specification": HEAD of the manifest).
 * @throws {Error} for a tag that the registry does not have, or a registry that does not answer
 */
export async function registryDigest(image: string, scheme = 'https'): Promise<string> {
  const place = parts(image)
  if (!place) throw new Error(`${image}: name its registry, such as public.ecr.aws/docker/library/node`)
  const { host, name, tag } = place
  const url = `${scheme}://${host}/v2/${name}/manifests/${tag}`
  const { answer } = await askRegistry(url, { method: 'HEAD', accept: ACCEPT, patience: PATIENCE_MS })
  const digest = answer.headers.get('docker-content-digest')
  if (!answer.ok || !digest)
    throw new Error(`${image}: ${host} answers ${answer.status}; is there such a tag?`)
  return digest
}
