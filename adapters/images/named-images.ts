import { type EC2Client, type Image, paginateDescribeImages } from '@aws-sdk/client-ec2'
import { TAG } from '../../core/base/names.ts'
import type { SeenImage } from '../../core/images/pinned-image.ts'

/**
 * Those images of this account that have one of these ids. A filter, and not a list of ids, as EC2 refuses
 * all when it does not know one.
 */
export const namedImages = (ec2: EC2Client, ids: readonly string[]): Promise<SeenImage[]> =>
  ids.length === 0 ? Promise.resolve([]) : seen(ec2, { 'image-id': [...ids] })

/** The recorded images of a service, or those of them with one hash. */
export const builtImages = (
  ec2: EC2Client,
  { stage, app, service, hash }: { stage: string; app: string; service: string; hash?: string | undefined },
): Promise<SeenImage[]> =>
  seen(ec2, {
    [`tag:${TAG.stage}`]: [stage],
    [`tag:${TAG.app}`]: [app],
    [`tag:${TAG.service}`]: [service],
    ...(hash !== undefined && { [`tag:${TAG.hash}`]: [hash] }),
  })

async function seen(ec2: EC2Client, filters: Record<string, string[]>): Promise<SeenImage[]> {
  const Filters = Object.entries(filters).map(([Name, Values]) => ({ Name, Values }))
  const found: Image[] = []
  const pages = paginateDescribeImages({ client: ec2, pageSize: 500 }, { Owners: ['self'], Filters })
  for await (const page of pages) found.push(...(page.Images ?? []))
  return found.map(({ ImageId, CreationDate, State, Architecture, Tags }) => ({
    imageId: ImageId ?? '',
    createdAt: CreationDate ?? '',
    state: State ?? '',
    architecture: Architecture ?? '',
    tags: Object.fromEntries((Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
  }))
}
