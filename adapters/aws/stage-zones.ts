import { InvalidInput, NotFound } from '../../core/base/errors.ts'
import { controlStack } from '../../core/base/names.ts'
import { partitionOf } from '../../core/base/partition.ts'
import type { TypeSchemas } from '../../core/template/type-schema.ts'
import { zonesOfStage } from '../../core/template/zones.ts'
import { accountId } from './account.ts'
import { offerings } from './account-facts.ts'
import { stackOutputs } from './stack-outputs.ts'
import type { StageClients } from './stage-clients.ts'
import { TypeRegistry } from './type-registry.ts'

/**
 * The zones of a stage before it is deployed, which is also the first thing that its region is asked.
 * @param types instance types of its apps
 * @param named what somebody chose
 * @throws {InvalidInput} when the region or its zones cannot have a stage, {NoAccess} when it is closed to
 * the account
 */
export async function stageZones(
  clients: StageClients,
  { stage, region }: { stage: string; region: string },
  types: readonly string[],
  named?: readonly string[],
): Promise<string[]> {
  partitionOf(region)
  await accountId(clients.sts(), `AWS in ${region}`)
  const stands = await zonesThatStand(clients, stage)
  if (!stands) {
    const [lacking] = await missingTypes(new TypeRegistry(clients.cloudFormation()))
    if (lacking !== undefined)
      throw new InvalidInput(
        'region',
        `${region} has no ${lacking}, which a stage is made of`,
        'name another region',
      )
  }
  const [zones, offers] = await offerings(clients.ec2(), types)
  return zonesOfStage({ zones, offers }, { stands, named })
}

/**
 * What a stage is made of and not every region of our partitions has, by CloudFormation's registry
 * (`test/scripts/regions.real.ts` compares).
 */
export const NOT_EVERYWHERE = ['AWS::CodeBuild::Project']

/** Those of them that the registry's region does not have. */
export async function missingTypes(registry: TypeSchemas): Promise<string[]> {
  const known = await Promise.all(NOT_EVERYWHERE.map((type) => registry.read(type)))
  return NOT_EVERYWHERE.filter((_type, index) => known[index] === undefined)
}

/** The zones of a stage that has a control plane. */
export async function zonesThatStand(clients: StageClients, stage: string): Promise<string[] | undefined> {
  try {
    const { Zones } = await stackOutputs(clients.cloudFormation(), controlStack(stage))
    return Zones?.split(',')
  } catch (error) {
    if (error instanceof NotFound) return undefined
    throw error
  }
}
