import { baseImages } from './base-images.ts'

/** A Dockerfile with these digests behind its base images; an image without one in the list stays. */
export function withDigests(dockerfile: string, digests: ReadonlyMap<string, string>): string {
  let changed = dockerfile
  for (const { image } of baseImages(dockerfile)) {
    const bare = withoutDigest(image)
    const digest = digests.get(bare)
    if (digest !== undefined) changed = changed.replaceAll(`FROM ${image}`, `FROM ${bare}@${digest}`)
  }
  return changed
}

/** The base images that a Dockerfile names, without their digests. */
export const bareBases = (dockerfile: string): string[] =>
  baseImages(dockerfile).map(({ image }) => withoutDigest(image))

const withoutDigest = (image: string): string => image.replace(/@sha256:.*$/, '')
