import * as z from 'zod'
import type { ImageFacts } from '../../core/moving-in/image/image-facts.ts'
import { askRegistry } from './registry-ask.ts'

const PATIENCE_MS = 10_000

const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ')

const manifestSchema = z.object({
  config: z.object({ digest: z.string() }).optional(),
  manifests: z
    .array(
      z.object({
        digest: z.string(),
        platform: z.object({ architecture: z.string(), os: z.string() }).optional(),
      }),
    )
    .optional(),
})
const words = z.array(z.string()).nullish()
/** "OCI Image Configuration", and Docker's health check. */
const configSchema = z.object({
  config: z
    .object({
      Entrypoint: words,
      Cmd: words,
      Env: words,
      WorkingDir: z.string().nullish(),
      ExposedPorts: z.record(z.string(), z.unknown()).nullish(),
      Healthcheck: z.object({ Test: words }).nullish(),
    })
    .default({}),
})

/** Registry, repository and reference of an image, as Docker reads its name. */
function parts(image: string): { host: string; name: string; reference: string } {
  const [, host = 'docker.io', path = '', tag = 'latest', digest] =
    /^(?:([^/]+[.:][^/]*|localhost)\/)?([^:@]+)(?::([\w.-]+))?(?:@(.+))?$/.exec(image) ?? []
  const hub = host === 'docker.io'
  return {
    host: hub ? 'registry-1.docker.io' : host,
    name: hub && !path.includes('/') ? `library/${path}` : path,
    reference: digest ?? tag,
  }
}

/**
 * What a published image says of its program, from its registry ("Distribution specification").
 * @throws {Error} if the registry does not answer, does not have it, or wants a login
 */
export async function publishedImage(
  image: string,
  architecture: 'amd64' | 'arm64' = 'amd64',
  scheme = 'https',
): Promise<ImageFacts> {
  const { host, name, reference } = parts(image)
  const registry = new Registry(`${scheme}://${host}/v2/${name}`)
  let manifest = manifestSchema.parse(await registry.json(`manifests/${reference}`))
  if (manifest.manifests) {
    const fitting = manifest.manifests.find(({ platform }) => platform?.architecture === architecture)
    if (!fitting) throw new Error(`${image} is not made for ${architecture}`)
    manifest = manifestSchema.parse(await registry.json(`manifests/${fitting.digest}`))
  }
  if (!manifest.config) throw new Error(`${image} has no configuration`)
  const { config } = configSchema.parse(await registry.json(`blobs/${manifest.config.digest}`))
  return factsOf(config, image)
}

function factsOf(config: z.infer<typeof configSchema>['config'], image: string): ImageFacts {
  const env = (config.Env ?? []).map(
    (line) => [line.replace(/=[\s\S]*$/, ''), line.replace(/^[^=]*=?/, '')] as const,
  )
  const ports = Object.keys(config.ExposedPorts ?? {}).flatMap(
    (port) => /^(\d+)(\/tcp)?$/.exec(port)?.[1] ?? [],
  )
  const healthcheck = config.Healthcheck?.Test
  return {
    env: new Map(env.filter(([name]) => name !== '' && name !== 'PATH')),
    ports: ports.map(Number),
    copied: new Map(),
    packages: new Set(),
    base: image,
    workingFolder: config.WorkingDir || '/',
    ...(config.Entrypoint && { entrypoint: config.Entrypoint }),
    ...(config.Cmd && { command: config.Cmd }),
    ...(healthcheck && { healthcheck }),
  }
}

/** One repository of a registry, with the token that it asks for. */
class Registry {
  readonly #url: string
  #token: string | undefined

  constructor(url: string) {
    this.#url = url
  }

  async json(path: string): Promise<unknown> {
    const url = `${this.#url}/${path}`
    const { answer, token } = await askRegistry(url, {
      accept: ACCEPT,
      patience: PATIENCE_MS,
      token: this.#token,
    })
    this.#token = token
    if (!answer.ok) throw new Error(`${url} answers ${answer.status}`)
    return answer.json()
  }
}
