import {
  CreateBackupCommand,
  CreateTableCommand,
  DeleteBackupCommand,
  DeleteTableCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb'
import { ServiceFailure } from '../../../core/base/errors.ts'
import { appStack } from '../../../core/base/names.ts'
import { push, record, TABLE, tidy } from '../data-parts.ts'
import { needs, type Step } from '../step.ts'
import { type IamWorld, PROBE, PROBE_PLAN } from '../world.ts'

const source = (world: IamWorld): string => `${appStack(world.context.stage, PROBE)}-Rows-1X`
const target = (world: IamWorld): string => `${appStack(world.context.stage, PROBE)}-Rows-RESTORED1`

let backup = ''

/** A table with a row, as the probe's stack would have it, and its backup. */
async function backUp(world: IamWorld): Promise<void> {
  const TableName = source(world)
  await world.dynamo.send(new CreateTableCommand({ TableName, ...TABLE.Properties } as never))
  await world.dynamo.send(new PutItemCommand({ TableName, Item: { id: { S: 'row' } } }))
  const made = await world.dynamo.send(new CreateBackupCommand({ TableName, BackupName: PROBE }))
  backup = made.BackupDetails?.BackupArn ?? ''
}

async function removeAll(world: IamWorld): Promise<void> {
  await world.dynamo.send(new DeleteBackupCommand({ BackupArn: backup }))
  for (const TableName of [source(world), target(world)])
    await world.dynamo.send(new DeleteTableCommand({ TableName })).catch(gone)
  await tidy(world)
}

function gone(error: Error): void {
  if (error.name !== 'ResourceNotFoundException') throw error
}

/** Steps of the functions that restore tables. */
export const restoreSteps: Step[] = [
  {
    role: 'PlanDeployRole',
    does: 'plan-deploy: a table that is to be restored',
    covers: needs('dynamodb:DescribeBackup'),
    prepare: async (world) => {
      await backUp(world)
      await push(world, { Rows: TABLE })
    },
    run: async (world) => {
      const restore = { Rows: backup }
      const wanted = {
        app: PROBE,
        release: 0,
        execution: PROBE,
        purpose: 'dry-run',
        replaceData: [],
        restore,
      }
      const { restored } = (await world.invoke('plan-deploy', wanted)) as { restored: string[] }
      if (restored.join() !== 'Rows') throw new ServiceFailure(`${restored} is restored, not Rows`)
    },
    tidy: removeAll,
  },
  {
    role: 'RestoreDataRole',
    does: 'restore-data: a table, until it is there',
    covers: needs(
      's3:GetObject',
      'dynamodb:RestoreTableFromBackup',
      'dynamodb:DescribeTable',
      'dynamodb:BatchWriteItem',
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:Scan',
      'dynamodb:UpdateItem',
    ),
    prepare: async (world) => {
      await backUp(world)
      await world.plan({ takenUp: [record('Rows', TABLE, target(world), { restored: backup })] })
    },
    run: async (world) => {
      for (let looks = 0; looks < 30; looks++) {
        const step = (await world.invoke('restore-data', { plan: PROBE_PLAN, looks })) as { next: string }
        if (step.next === 'go-on') return
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
      throw new ServiceFailure('the table is not restored')
    },
    tidy: removeAll,
  },
]
