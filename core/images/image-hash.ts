import { canonicalJson, sha256 } from '../base/canonical.ts'
import { resolvers } from '../base/resolvers.ts'
import type { Stage } from '../base/stage.ts'

export interface ImageInputs {
  app: string
  service: string
  /** SHA-256 of the source archive: folder, source, shared library, build scripts, all lock files. */
  source: string
  /** The published image that it is made from, see `upstreamImage`. */
  upstream?: string | undefined
  stage: Pick<Stage, 'packager' | 'architecture' | 'region' | 'privateCidrs'>
}

/**
 * The content hash of an image, 16 hex digits: equal hash, equal image. It covers everything that affects the
 * AMI: its inputs with the digests of the tools that build it, and the resolvers written into it.
 */
export function imageHash({ app, service, source, upstream, stage }: ImageInputs): string {
  const { packager, architecture, region } = stage
  const inputs = {
    app,
    service,
    source,
    packager,
    architecture,
    region,
    resolvers: resolvers(app, stage),
    // Undefined for our own source, and so not in its JSON: adding `upstream` changed none of its hashes.
    upstream,
  }
  return sha256(canonicalJson(inputs)).slice(0, 16)
}
