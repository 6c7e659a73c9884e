import * as z from 'zod'
import { schemaFile } from '../base/schema-keys.ts'
import { label, serviceSchema } from '../manifest/schema.ts'
import { IMAGE_NAME } from './image-name.ts'

const service = serviceSchema.omit({ source: true }).extend({
  image: z
    .string()
    .refine(IMAGE_NAME.test, IMAGE_NAME.problem)
    .describe('What runs: the id of an AMI, or APP/SERVICE[@release or hash] that the stage has built'),
  consul: z
    .union(
      [z.record(z.string(), z.unknown()), z.array(z.unknown()).min(1, 'holds no service'), z.literal(false)],
      "is neither a definition of Consul's nor false",
    )
    .optional()
    .describe("The service's consul.json; made from port, protocol and expose when absent; false for none"),
})

/** The closed schema of a spec: an app.yml and what lies beside it, in one document. */
export const specSchema = z.strictObject({
  app: label.describe('Name of the app'),
  requires: z.array(label).optional().describe('Apps that must be deployed before; [platform] when absent'),
  resources: z
    .record(z.string(), z.unknown())
    .optional()
    .describe("CloudFormation of the app's own data: Resources, Outputs, …"),
  services: z.record(label, service).refine((all) => Object.keys(all).length > 0, 'holds no service'),
})

export type RawSpec = z.output<typeof specSchema>

/** The text of `schemas/spec.schema.json`, which editors use for an app in one file. */
export function publishedSpecSchema(): string {
  return schemaFile(specSchema, {
    title: 'Nanofleet app in one file',
    description: 'What `nanofleet deploy ./app.yml` takes; see docs/api.md',
  })
}
