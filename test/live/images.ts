import { type Image, paginateDescribeImages } from '@aws-sdk/client-ec2'
import type { Context } from '../../cli/context.ts'
import { CREATED_BY, TAG } from '../../core/base/names.ts'

/** All images that this stage's builds have made. */
export async function stageImages(context: Context): Promise<Image[]> {
  const found: Image[] = []
  const Filters = [
    { Name: `tag:${TAG.createdBy}`, Values: [CREATED_BY] },
    { Name: `tag:${TAG.stage}`, Values: [context.stage] },
  ]
  for await (const { Images = [] } of paginateDescribeImages(
    { client: context.ec2() },
    { Owners: ['self'], Filters },
  ))
    found.push(...Images)
  return found
}
