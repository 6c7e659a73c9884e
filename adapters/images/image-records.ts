import {
  DeleteParametersCommand,
  GetParametersCommand,
  PutParameterCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm'
import * as z from 'zod'
import type { ImageRecord } from '../../core/base/bundle.ts'
import { ServiceFailure } from '../../core/base/errors.ts'
import { imageParameter } from '../../core/base/names.ts'

const Record = z.object({ hash: z.string(), imageId: z.string(), builtAt: z.string() })

/** GetParameters and DeleteParameters take ten names at a time. */
const BATCH = 10

/** The records of the services that have one, by service. */
export async function readImageRecords(
  ssm: SSMClient,
  stage: string,
  app: string,
  services: string[],
): Promise<Map<string, ImageRecord>> {
  const byName = new Map(services.map((service) => [imageParameter(stage, app, service), service]))
  const names = [...byName.keys()]
  const records = new Map<string, ImageRecord>()
  for (let at = 0; at < names.length; at += BATCH) {
    const answer = await ssm.send(new GetParametersCommand({ Names: names.slice(at, at + BATCH) }))
    for (const { Name, Value } of answer.Parameters ?? []) {
      const service = byName.get(Name ?? '')
      if (service) records.set(service, parseRecord(Name ?? '', Value ?? ''))
    }
  }
  return records
}

/** Makes this image the one that the service's next deployment uses. */
export async function writeImageRecord(
  ssm: SSMClient,
  stage: string,
  app: string,
  service: string,
  record: ImageRecord,
): Promise<void> {
  await ssm.send(
    new PutParameterCommand({
      Name: imageParameter(stage, app, service),
      Value: JSON.stringify(record),
      Type: 'String',
      Overwrite: true,
      Description: `The image that deploy takes for ${service} of ${app}`,
    }),
  )
}

/** Forgets which images these services have; a later build still finds an image by its hash. */
export async function removeImageRecords(
  ssm: SSMClient,
  stage: string,
  app: string,
  services: string[],
): Promise<void> {
  const names = services.map((service) => imageParameter(stage, app, service))
  for (let at = 0; at < names.length; at += BATCH)
    await ssm.send(new DeleteParametersCommand({ Names: names.slice(at, at + BATCH) }))
}

function parseRecord(name: string, value: string): ImageRecord {
  try {
    return Record.parse(JSON.parse(value))
  } catch (cause) {
    throw new ServiceFailure(`The parameter ${name} holds no image record; delete it and build again`, {
      cause,
    })
  }
}
