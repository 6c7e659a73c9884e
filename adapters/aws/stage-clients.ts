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

/** Where AWS is and who asks. */
export interface ClientSettings {
  region: string
  /** Of the local region; absent for AWS itself. */
  endpoint?: string
  credentials?: { accessKeyId: string; secretAccessKey: string }
}

/** The SDK clients of one stage, made when they are asked for and kept, so that connections are used again. */
export class StageClients {
  readonly #settings: ClientSettings & { maxAttempts: number }
  readonly #made = new Map<string, unknown>()

  constructor(settings: ClientSettings) {
    // Five attempts with the SDK's backoff outlast an ordinary throttle.
    this.#settings = { ...settings, maxAttempts: 5 }
  }

  autoScaling = () => this.#once('autoScaling', () => new AutoScalingClient(this.#settings))
  cloudFormation = () => this.#once('cloudFormation', () => new CloudFormationClient(this.#settings))
  documents = () =>
    this.#once('documents', () => DynamoDBDocumentClient.from(new DynamoDBClient(this.#settings)))
  ec2 = () => this.#once('ec2', () => new EC2Client(this.#settings))
  lambda = () => this.#once('lambda', () => new LambdaClient(this.#settings))
  loadBalancing = () => this.#once('loadBalancing', () => new ElasticLoadBalancingV2Client(this.#settings))
  logs = () => this.#once('logs', () => new CloudWatchLogsClient(this.#settings))
  /** An endpoint given by address has no names for the buckets below it. */
  s3 = () =>
    this.#once('s3', () => {
      const forcePathStyle = this.#settings.endpoint !== undefined
      return new S3Client({ ...this.#settings, forcePathStyle })
    })
  sqs = () => this.#once('sqs', () => new SQSClient(this.#settings))
  ssm = () => this.#once('ssm', () => new SSMClient(this.#settings))
  stepFunctions = () => this.#once('stepFunctions', () => new SFNClient(this.#settings))
  sts = () => this.#once('sts', () => new STSClient(this.#settings))

  #once<T>(name: string, make: () => T): T {
    const known = this.#made.get(name) as T | undefined
    if (known) return known
    const made = make()
    this.#made.set(name, made)
    return made
  }
}
