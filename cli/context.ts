import { AutoScalingClient } from '@aws-sdk/client-auto-scaling'
import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EC2Client } from '@aws-sdk/client-ec2'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { S3Client } from '@aws-sdk/client-s3'
import { SFNClient } from '@aws-sdk/client-sfn'
import { SQSClient } from '@aws-sdk/client-sqs'
import { SSMClient } from '@aws-sdk/client-ssm'
import { STSClient } from '@aws-sdk/client-sts'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { accountId } from '../adapters/account.ts'
import { Workflows } from '../adapters/executions.ts'
import { DynamoReleaseBook } from '../adapters/releases.ts'
import { InvalidInput, NotFound } from '../core/errors.ts'
import * as names from '../core/names.ts'
import { type LocalRecord, readRecord } from '../local/record.ts'
import { type LocalSettings, readSettings } from '../local/settings.ts'
import { Output } from './output.ts'

/** Options that every command takes. */
export interface GlobalOptions {
  stage: string
  region?: string
  json?: boolean
}

/** One stage as a command reaches it; clients are made when they are asked for. */
export class Context {
  readonly stage: string
  readonly region: string
  readonly account: string
  readonly output: Output
  /** The local region of this checkout, for stage `local` only. */
  readonly local: LocalRecord | undefined
  readonly #clients: ClientSettings

  constructor(options: {
    stage: string
    clients: ClientSettings
    account: string
    output: Output
    local?: LocalRecord | undefined
  }) {
    this.stage = options.stage
    this.region = options.clients.region
    this.account = options.account
    this.output = options.output
    this.local = options.local
    this.#clients = options.clients
  }

  get table(): string {
    return names.table(this.stage)
  }

  get bucket(): string {
    return names.bucket(this.stage, this.account)
  }

  workflows = (): Workflows =>
    new Workflows(new SFNClient(this.#clients), {
      name: this.stage,
      region: this.region,
      account: this.account,
    })
  releases = (): DynamoReleaseBook =>
    new DynamoReleaseBook(DynamoDBDocumentClient.from(new DynamoDBClient(this.#clients)), this.table)
  autoScaling = (): AutoScalingClient => new AutoScalingClient(this.#clients)
  cloudFormation = (): CloudFormationClient => new CloudFormationClient(this.#clients)
  ec2 = (): EC2Client => new EC2Client(this.#clients)
  lambda = (): LambdaClient => new LambdaClient(this.#clients)
  loadBalancing = (): ElasticLoadBalancingV2Client => new ElasticLoadBalancingV2Client(this.#clients)
  logs = (): CloudWatchLogsClient => new CloudWatchLogsClient(this.#clients)
  s3 = (): S3Client => new S3Client({ ...this.#clients, forcePathStyle: this.local !== undefined })
  sqs = (): SQSClient => new SQSClient(this.#clients)
  ssm = (): SSMClient => new SSMClient(this.#clients)
}

interface ClientSettings {
  region: string
  maxAttempts: number
  endpoint?: string
  credentials?: { accessKeyId: string; secretAccessKey: string }
}

/**
 * Finds the stage: the local region of this checkout for `local`, else the account of the AWS credentials.
 * @throws NotFound when the local region is not up, ServiceFailure when AWS refuses the credentials
 */
export async function openContext(
  options: GlobalOptions,
  environment: NodeJS.ProcessEnv = process.env,
  settings: LocalSettings = readSettings(environment),
): Promise<Context> {
  if (!/^[a-z][a-z0-9]{0,15}$/.test(options.stage))
    throw new InvalidInput(
      '--stage',
      `${JSON.stringify(options.stage)} is no stage name`,
      'use up to 16 lower-case letters and digits',
    )
  const output = new Output(options.json === true)
  const local = options.stage === 'local' ? await localRegion(settings) : undefined
  const clients: ClientSettings = local
    ? {
        region: local.region,
        maxAttempts: 5,
        endpoint: local.endpoint,
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      }
    : { region: options.region ?? environment.AWS_REGION ?? 'eu-west-1', maxAttempts: 5 }
  const account = await accountId(new STSClient(clients))
  return new Context({ stage: options.stage, clients, account, output, local })
}

async function localRegion(settings: LocalSettings): Promise<LocalRecord> {
  const record = await readRecord(settings.state)
  if (record?.pids.region) return record
  throw new NotFound(
    'The local region is not up; start it with "nanofleet local up", or name another stage with --stage',
  )
}
