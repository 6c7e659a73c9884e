import { type EC2Client, paginateDescribeImages } from '@aws-sdk/client-ec2'
import { CREATED_BY, TAG } from '../core/names.ts'

/** An AMI of a stage as a person sees it. */
export interface OwnImage {
  imageId: string
  app: string
  service: string
  hash: string
  createdAt: string
}

/** Every image of the stage, by app and service, newest first. */
export async function ownImages(ec2: EC2Client, stage: string): Promise<OwnImage[]> {
  const found: OwnImage[] = []
  const Filters = [
    { Name: `tag:${TAG.createdBy}`, Values: [CREATED_BY] },
    { Name: `tag:${TAG.stage}`, Values: [stage] },
  ]
  for await (const page of paginateDescribeImages({ client: ec2 }, { Owners: ['self'], Filters })) {
    for (const image of page.Images ?? []) {
      const tag = (key: string): string => image.Tags?.find(({ Key }) => Key === key)?.Value ?? ''
      found.push({
        imageId: image.ImageId ?? '',
        app: tag(TAG.app),
        service: tag(TAG.service),
        hash: tag(TAG.hash),
        createdAt: image.CreationDate ?? '',
      })
    }
  }
  const order = (image: OwnImage): string => `${image.app}/${image.service}`
  return found.sort((a, b) => order(a).localeCompare(order(b)) || b.createdAt.localeCompare(a.createdAt))
}
