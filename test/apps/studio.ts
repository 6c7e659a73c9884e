import { sampleApp } from './apps.ts'

const check = (name: string, probe: Record<string, unknown>) =>
  JSON.stringify({ service: { name, checks: [{ interval: '10s', ...probe }] } })

/**
 * An app with every kind of edge: needs, a worker, several check ports, two exposed services, its own data.
 */
export const studio = () =>
  sampleApp(
    'studio',
    `resources: resources.yml
services:
  master:
    port: 8003
    needs: [db, storage]
    expose: {host: studio, port: 8101}
    env:
      TASKS_TABLE: {Ref: Tasks}
      TASKS_ARN: {GetAtt: Tasks.Arn}
      MODE: demo
    permissions:
      - {actions: [dynamodb:UpdateItem], resource: {GetAtt: Tasks.Arn}}
  db: {port: 8001, protocol: tcp, stateful: true}
  storage:
    port: 8002
    protocol: grpc
    permissions:
      - {actions: [s3:GetObject], resource: "\${Photos.Arn}/*"}
  worker: {needs: [master], count: {min: 1, max: 5}}
  admin: {port: 8004, expose: {port: 8102, path: /admin, host: studio}}
`,
    {
      'resources.yml': `
Resources:
  Tasks:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
  Photos:
    Type: AWS::S3::Bucket
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
`,
      'master/consul.json': check('master', { http: 'http://HEALTHROUTE:8003/healthz' }),
      'db/consul.json': check('db', { tcp: 'HEALTHROUTE:8001' }),
      'storage/consul.json': check('storage', { grpc: 'HEALTHROUTE:8012/storage' }),
      'worker/consul.json': check('worker', { udp: 'HEALTHROUTE:8013' }),
    },
  )
