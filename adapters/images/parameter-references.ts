import { GetParametersCommand, paginateDescribeParameters, type SSMClient } from '@aws-sdk/client-ssm'
import type { Reference } from '../../core/images/ami-evidence.ts'

/** GetParameters takes ten names at a time. */
const BATCH = 10

/** Parameters that AWS publishes; they name images of other accounts. */
const PUBLIC = '/aws/'

/**
 * The images that the account's parameters name, whatever the parameters are called. Encrypted ones are left
 * out: an image's id is not a secret, and a clean-up should not decrypt anything.
 * @param resolved parameters that launch templates take their image from, with a version or a label if given
 */
export async function parameterReferences(
  ssm: SSMClient,
  resolved: string[],
): Promise<{ references: Reference[]; parameters: string[] }> {
  const parameters: string[] = []
  const filter = { Key: 'Type', Option: 'Equals', Values: ['String', 'StringList'] }
  for await (const page of paginateDescribeParameters(
    { client: ssm, pageSize: 50 },
    { ParameterFilters: [filter] },
  ))
    parameters.push(...(page.Parameters ?? []).flatMap(({ Name }) => Name ?? []))
  const own = resolved.filter((name) => !name.startsWith(PUBLIC))
  const names = [...new Set([...parameters, ...own])]
  const references: Reference[] = []
  for (let at = 0; at < names.length; at += BATCH) {
    const answer = await ssm.send(new GetParametersCommand({ Names: names.slice(at, at + BATCH) }))
    for (const { Name, Selector = '', Value = '' } of answer.Parameters ?? [])
      for (const [id] of Value.matchAll(/\bami-[0-9a-f]{8,17}\b/g))
        references.push({
          id,
          kind: own.includes(`${Name}${Selector}`) ? 'fleet' : 'record',
          by: `parameter ${Name}${Selector}`,
        })
  }
  return { references, parameters }
}
