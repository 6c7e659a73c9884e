import { DEFAULT_REGION, partitionOf } from '../../core/base/partition.ts'
import { localRegion } from './local-region.js'

/* Variables for serverless.yml: `${file(resources/plugin/region.js):usual}`. */

/** Where a stage is when nobody says so. */
export const usual = DEFAULT_REGION

/** Where the running local region pretends to be. */
export const local = () => localRegion()?.region ?? DEFAULT_REGION

/**
 * Lambda has arm64 "in most regions" (its page on instruction sets), and nobody lists those of China and
 * GovCloud that do; x86_64 is everywhere, and nothing in a function is compiled.
 */
export async function functionArchitecture({ resolveVariable }) {
  const chosen = await resolveVariable('param:functionArchitecture')
  if (chosen) return chosen
  return (await isUsual(resolveVariable)) ? 'arm64' : 'x86_64'
}

/** Functions have no URLs in GovCloud, by the registry that cfn-lint carries, and in China nobody says. */
export const appsUrl = async ({ resolveVariable }) =>
  (await isUsual(resolveVariable)) ? { authorizer: 'aws_iam' } : false

/** cfn-lint reads one template for all regions; this resource is in none of a region without it. */
export const appsUrlResource = async ({ resolveVariable }) =>
  (await isUsual(resolveVariable))
    ? {
        extensions: {
          AppsApiLambdaFunctionUrl: { Metadata: { 'cfn-lint': { config: { ignore_checks: ['E3006'] } } } },
        },
      }
    : {}

const isUsual = async (resolveVariable) =>
  partitionOf(await resolveVariable('self:provider.region')).name === 'aws'
