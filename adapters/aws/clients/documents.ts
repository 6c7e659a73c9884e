import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { type ClientSettings, patient } from './settings.ts'

export const documents = (own: ClientSettings = {}) =>
  DynamoDBDocumentClient.from(new DynamoDBClient({ ...patient, ...own }))
