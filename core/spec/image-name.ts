/** An image as a spec names it. */
export type ImageName =
  | { kind: 'ami'; imageId: string }
  | { kind: 'built'; app: string; service: string; release?: number; hash?: string }

const LABEL = '[a-z](?:[a-z0-9-]*[a-z0-9])?'
/** The release's number has six digits at most, and a hash has sixteen. */
const BUILT = new RegExp(`^(${LABEL})/(${LABEL})(?:@(?:([1-9]\\d{0,5})|([0-9a-f]{16})))?$`)

export const IMAGE_NAME = {
  test: (text: string): boolean => imageName(text) !== undefined,
  problem:
    'is not an image: write the id of an AMI, or APP/SERVICE with or without @ and a release or a hash, ' +
    'such as web/web, web/web@3',
}

/** Reads `ami-…`, `web/web`, `web/web@3` or `web/web@<16 hex digits>`; undefined for anything else. */
export function imageName(text: string): ImageName | undefined {
  if (/^ami-([0-9a-f]{8}|[0-9a-f]{17})$/.test(text)) return { kind: 'ami', imageId: text }
  const [, app, service, release, hash] = BUILT.exec(text) ?? []
  if (app === undefined || service === undefined) return undefined
  return {
    kind: 'built',
    app,
    service,
    ...(release !== undefined && { release: Number(release) }),
    ...(hash !== undefined && { hash }),
  }
}
