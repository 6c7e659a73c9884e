import type { TypeSchema, TypeSchemas } from '../../core/template/type-schema.ts'

const tags = { type: 'array', items: { $ref: '#/definitions/Tag' } }
const Tag = {
  type: 'object',
  additionalProperties: false,
  properties: { Key: { type: 'string' }, Value: { type: 'string' } },
  required: ['Key', 'Value'],
}
const text = { type: 'string' }

/** Parts of the registry's schemas, true in what they say. */
export const SCHEMAS: Record<string, TypeSchema> = {
  'AWS::DynamoDB::Table': {
    additionalProperties: false,
    properties: {
      Arn: text,
      TableName: text,
      BillingMode: text,
      KeySchema: {
        oneOf: [{ type: 'array', items: { $ref: '#/definitions/KeySchema' } }, { type: 'object' }],
      },
      AttributeDefinitions: { type: 'array', items: { $ref: '#/definitions/AttributeDefinition' } },
      TimeToLiveSpecification: { $ref: '#/definitions/TimeToLiveSpecification' },
      Tags: tags,
    },
    definitions: {
      Tag,
      KeySchema: {
        type: 'object',
        additionalProperties: false,
        properties: { AttributeName: text, KeyType: text },
        required: ['KeyType', 'AttributeName'],
      },
      AttributeDefinition: {
        type: 'object',
        additionalProperties: false,
        properties: { AttributeName: text, AttributeType: text },
        required: ['AttributeName', 'AttributeType'],
      },
      TimeToLiveSpecification: {
        type: 'object',
        additionalProperties: false,
        properties: { Enabled: { type: 'boolean' }, AttributeName: text },
        required: ['Enabled'],
      },
    },
    required: ['KeySchema'],
    readOnlyProperties: ['/properties/Arn', '/properties/StreamArn'],
    createOnlyProperties: ['/properties/TableName', '/properties/ImportSourceSpecification'],
    conditionalCreateOnlyProperties: ['/properties/KeySchema'],
  },
  'AWS::S3::Bucket': {
    additionalProperties: false,
    properties: { BucketName: text, Tags: tags, VersioningConfiguration: { type: 'object' } },
    definitions: { Tag },
    createOnlyProperties: ['/properties/BucketName'],
  },
  'AWS::SQS::Queue': {
    additionalProperties: false,
    properties: {
      QueueName: text,
      FifoQueue: { type: 'boolean' },
      DelaySeconds: { type: 'integer' },
      RedrivePolicy: { type: ['object', 'string'] },
      Tags: tags,
    },
    definitions: { Tag },
    createOnlyProperties: ['/properties/FifoQueue', '/properties/QueueName'],
  },
  'AWS::SNS::Topic': {
    additionalProperties: false,
    properties: { TopicName: text, DisplayName: text, Tags: tags },
    definitions: { Tag },
    createOnlyProperties: ['/properties/TopicName'],
  },
}

export const memorySchemas: TypeSchemas = { read: async (type) => SCHEMAS[type] }
