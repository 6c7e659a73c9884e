import {
  type BackupDescription,
  CreateBackupCommand,
  DeleteBackupCommand,
  DescribeBackupCommand,
  ListBackupsCommand,
  type ListBackupsCommandOutput,
} from '@aws-sdk/client-dynamodb'
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { InvalidInput, NotFound } from '../../core/base/errors.ts'
import type { Backup, BackupForm } from '../../core/deploy/backups.ts'

/** DynamoDB's backups of tables. */
export class TableBackups {
  readonly #client: DynamoDBDocumentClient

  constructor(client: DynamoDBDocumentClient) {
    this.#client = client
  }

  /** All of the account and region, also those that DynamoDB made when a table was deleted. */
  async list(): Promise<Backup[]> {
    const found: Backup[] = []
    let start: string | undefined
    do {
      const page: ListBackupsCommandOutput = await this.#client.send(
        new ListBackupsCommand({ BackupType: 'ALL', ExclusiveStartBackupArn: start }),
      )
      for (const { TableName, ...details } of page.BackupSummaries ?? [])
        found.push(toBackup(details, TableName))
      start = page.LastEvaluatedBackupArn
    } while (start)
    return found
  }

  /** @throws {NotFound} if the table does not exist */
  async create(table: string, name: string): Promise<Backup> {
    try {
      const command = new CreateBackupCommand({ TableName: table, BackupName: name })
      return toBackup((await this.#client.send(command)).BackupDetails ?? {}, table)
    } catch (error) {
      if (!(error instanceof Error && error.name === 'TableNotFoundException')) throw error
      throw new NotFound(`table ${table} does not exist any more`, { cause: error })
    }
  }

  /**
   * Deletes a backup for good.
   * @throws {NotFound} if it is gone already, {InvalidInput} if it is being made or restored, or is
   * DynamoDB's own
   */
  async remove({ id, name }: Pick<Backup, 'id' | 'name'>): Promise<void> {
    try {
      await this.#client.send(new DeleteBackupCommand({ BackupArn: id }))
    } catch (error) {
      const code = error instanceof Error ? error.name : ''
      if (code === 'BackupNotFoundException')
        throw new NotFound(`backup ${name} does not exist any more`, { cause: error })
      if (code === 'BackupInUseException')
        throw new InvalidInput(name, 'is being made or restored', 'try again when that has ended', {
          cause: error,
        })
      if (code === 'ValidationException')
        throw new InvalidInput(name, (error as Error).message, undefined, { cause: error })
      throw error
    }
  }

  /** Undefined if there is no such backup. */
  async describe(id: string): Promise<BackupForm | undefined> {
    try {
      const { BackupDescription: found } = await this.#client.send(
        new DescribeBackupCommand({ BackupArn: id }),
      )
      return found && toForm(found)
    } catch (error) {
      if (error instanceof Error && error.name === 'BackupNotFoundException') return undefined
      throw error
    }
  }
}

interface Details {
  BackupArn?: string | undefined
  BackupName?: string | undefined
  BackupStatus?: string | undefined
  BackupSizeBytes?: number | undefined
  BackupCreationDateTime?: Date | undefined
  BackupExpiryDateTime?: Date | undefined
}

function toBackup(details: Details, table = ''): Backup {
  const { BackupSizeBytes: bytes, BackupExpiryDateTime: expires } = details
  return {
    id: details.BackupArn ?? '',
    name: details.BackupName ?? '',
    table,
    at: details.BackupCreationDateTime?.toISOString() ?? '',
    state: (details.BackupStatus ?? 'CREATING') as Backup['state'],
    ...(bytes !== undefined && { bytes }),
    ...(expires && { expires: expires.toISOString() }),
  }
}

function toForm({
  BackupDetails,
  SourceTableDetails,
  SourceTableFeatureDetails,
}: BackupDescription): BackupForm {
  const names = (indexes: { IndexName?: string | undefined }[] | undefined) =>
    (indexes ?? []).map(({ IndexName = '' }) => IndexName).sort()
  return {
    ...toBackup(BackupDetails ?? {}, SourceTableDetails?.TableName),
    keySchema: SourceTableDetails?.KeySchema ?? [],
    globalIndexes: names(SourceTableFeatureDetails?.GlobalSecondaryIndexes),
    localIndexes: names(SourceTableFeatureDetails?.LocalSecondaryIndexes),
  }
}
