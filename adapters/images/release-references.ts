import { type DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod'
import { ServiceFailure } from '../../core/base/errors.ts'
import type { CurrentService, Reference } from '../../core/images/ami-evidence.ts'

const Release = z.object({ services: z.record(z.string(), z.object({ imageId: z.string() })) })
const Current = z.object({ release: z.number() })
const Lock = z.object({ owner: z.string().optional() })

export interface ReleaseReferences {
  references: Reference[]
  current: CurrentService[]
  busyApps: string[]
}

/**
 * The images of every kept release of every app, what runs now, and the apps that are being worked on.
 * @throws ServiceFailure if an item does not have the form that docs/architecture.md gives it
 */
export async function releaseReferences(
  client: DynamoDBDocumentClient,
  table: string,
): Promise<ReleaseReferences> {
  const releases = new Map<string, Map<number, z.infer<typeof Release>>>()
  const pointers = new Map<string, number>()
  const busyApps: string[] = []
  for await (const page of paginateScan({ client }, { TableName: table, ConsistentRead: true })) {
    for (const item of page.Items ?? []) {
      const [kind, app = ''] = String(item.pk).split('#')
      if (kind !== 'app') continue
      const [part, number] = String(item.sk).split('#')
      if (part === 'lock' && read(Lock, item).owner) busyApps.push(app)
      if (part === 'current') pointers.set(app, read(Current, item).release)
      if (part === 'release') {
        const kept = releases.get(app) ?? new Map()
        releases.set(app, kept.set(Number(number), read(Release, item)))
      }
    }
  }
  return { references: references(releases), current: current(releases, pointers), busyApps }
}

type Kept = Map<string, Map<number, z.infer<typeof Release>>>

function references(releases: Kept): Reference[] {
  return [...releases].flatMap(([app, kept]) =>
    [...kept].flatMap(([number, { services }]) =>
      Object.values(services).map(({ imageId }) => ({
        id: imageId,
        kind: 'record' as const,
        by: `release ${number} of ${app}`,
      })),
    ),
  )
}

function current(releases: Kept, pointers: Map<string, number>): CurrentService[] {
  return [...pointers].flatMap(([app, release]) => {
    const kept = releases.get(app)?.get(release)
    if (!kept) throw new ServiceFailure(`The table has no release ${release} of ${app}, which ${app} runs`)
    return Object.entries(kept.services).map(([service, { imageId }]) => ({ app, service, release, imageId }))
  })
}

function read<T>(schema: z.ZodType<T>, item: Record<string, unknown>): T {
  const parsed = schema.safeParse(item)
  if (parsed.success) return parsed.data
  throw new ServiceFailure(
    `The item ${item.pk} ${item.sk} of the table cannot be read: ${parsed.error.message}`,
    {
      cause: parsed.error,
    },
  )
}
