import * as z from 'zod'

const resource = z.looseObject({ Type: z.string().regex(/^[A-Za-z0-9]+::/, 'is not a resource type') })

/** The template sections that an app's own resources may have; CloudFormation checks the properties. */
export const resourceSections = z.strictObject({
  Parameters: z.record(z.string(), z.looseObject({ Default: z.union([z.string(), z.number()]) })).optional(),
  Mappings: z.record(z.string(), z.unknown()).optional(),
  Conditions: z.record(z.string(), z.unknown()).optional(),
  Resources: z.record(z.string().regex(/^[A-Za-z0-9]+$/, 'is not a logical id'), resource).optional(),
  Outputs: z.record(z.string(), z.looseObject({ Value: z.unknown() })).optional(),
})
