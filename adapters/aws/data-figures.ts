import { DescribeTableCommand } from '@aws-sdk/client-dynamodb'
import { ListObjectVersionsCommand } from '@aws-sdk/client-s3'
import type { Figures } from '../../core/deploy/data-list.ts'
import type { StackPart } from '../../core/template/stacks.ts'
import type { HoldingClients } from './holdings.ts'

/** How large tables and buckets are, as far as one answer says. */
export class DataFigures {
  readonly #clients: Pick<HoldingClients, 'documents' | 's3'>

  constructor(clients: Pick<HoldingClients, 'documents' | 's3'>) {
    this.#clients = clients
  }

  /** Never throws: what cannot be read is left out. */
  async of({ type, id }: Pick<StackPart, 'type' | 'id'>): Promise<Figures> {
    try {
      if (type === 'AWS::DynamoDB::Table') return await this.#table(id)
      return type === 'AWS::S3::Bucket' ? await this.#bucket(id) : {}
    } catch {
      return {}
    }
  }

  async #table(id: string): Promise<Figures> {
    const { Table } = await this.#clients.documents().send(new DescribeTableCommand({ TableName: id }))
    const { TableSizeBytes: bytes, ItemCount: rows } = Table ?? {}
    return { ...(bytes !== undefined && { bytes }), ...(rows !== undefined && { rows }) }
  }

  /** Of earlier versions, too; they are billed as the others are. */
  async #bucket(id: string): Promise<Figures> {
    const page = await this.#clients.s3().send(new ListObjectVersionsCommand({ Bucket: id }))
    const bytes = (page.Versions ?? []).reduce((sum, { Size = 0 }) => sum + Size, 0)
    return { bytes, ...(page.IsTruncated && { atLeast: true }) }
  }
}
