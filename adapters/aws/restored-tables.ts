import {
  type BillingMode,
  DescribeTableCommand,
  RestoreTableFromBackupCommand,
} from '@aws-sdk/client-dynamodb'
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { ServiceFailure } from '../../core/base/errors.ts'
import type { RestoredTables } from '../../core/deploy/restore-data.ts'

/** It is on its way already. */
const UNDER_WAY = /^(TableAlreadyExistsException|TableInUseException|BackupInUseException)$/
/** As many restores run as the account may have at once. */
const BUSY = 'LimitExceededException'

/** Tables that DynamoDB restores from backups. */
export class DynamoRestoredTables implements RestoredTables {
  readonly #client: DynamoDBDocumentClient

  constructor(client: DynamoDBDocumentClient) {
    this.#client = client
  }

  async state(table: string): Promise<string | undefined> {
    try {
      const { Table } = await this.#client.send(new DescribeTableCommand({ TableName: table }))
      return Table?.TableStatus
    } catch (error) {
      if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined
      throw error
    }
  }

  async restore(backup: string, table: string, billing: string | undefined): Promise<void> {
    try {
      await this.#client.send(
        new RestoreTableFromBackupCommand({
          BackupArn: backup,
          TargetTableName: table,
          ...(billing !== undefined && { BillingModeOverride: billing as BillingMode }),
        }),
      )
    } catch (error) {
      if (error instanceof Error && UNDER_WAY.test(error.name)) return
      if (!(error instanceof Error && error.name === BUSY)) throw error
      throw new ServiceFailure(`table ${table}: ${error.message}`, { cause: error })
    }
  }
}
