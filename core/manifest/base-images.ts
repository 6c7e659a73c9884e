/** A base image as a Dockerfile names it. */
export interface BaseImage {
  /** The whole reference, such as `public.ecr.aws/docker/library/node:24@sha256:…`. */
  image: string
  /** Its digest, absent if whatever the registry has at build time is used. */
  digest: string | undefined
}

const FROM = /^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?\s*$/gim

/**
 * The images that a Dockerfile starts from, in its order: those of a registry, not its own earlier stages,
 * `scratch` and what a build argument names.
 */
export function baseImages(dockerfile: string): BaseImage[] {
  const stages = new Set<string>(['scratch'])
  const found: BaseImage[] = []
  for (const [, image = '', stage] of dockerfile.matchAll(FROM)) {
    if (!stages.has(image.toLowerCase()) && !image.includes('$'))
      found.push({ image, digest: /@(sha256:[0-9a-f]{64})$/.exec(image)?.[1] })
    if (stage) stages.add(stage.toLowerCase())
  }
  return found
}

/**
 * What to say of a Dockerfile whose base image has no digest: an image's hash covers the text of the
 * Dockerfile, so a base that is patched behind its tag is noticed by nobody, and no image is built again.
 */
export function unpinnedBases(path: string, dockerfile: string): string[] {
  return baseImages(dockerfile)
    .filter(({ digest }) => digest === undefined)
    .map(
      ({ image }) =>
        `${path}: ${image} has no digest, so that a new base makes no new image; pin it with ${PIN}`,
    )
}

const PIN = '"npx nanofleet lock"'
