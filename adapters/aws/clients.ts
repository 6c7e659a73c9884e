import { AutoScalingClient } from '@aws-sdk/client-auto-scaling'
import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { CodeBuildClient } from '@aws-sdk/client-codebuild'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EC2Client } from '@aws-sdk/client-ec2'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { S3Client } from '@aws-sdk/client-s3'
import { SFNClient } from '@aws-sdk/client-sfn'
import { SQSClient } from '@aws-sdk/client-sqs'
import { SSMClient } from '@aws-sdk/client-ssm'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'

/** Five attempts with the SDK's backoff outlast an ordinary throttle and still end within a function's minute. */
const settings = { maxAttempts: 5 }

/** EC2's limits are shared with all that runs in the account: whoever was throttled slows down by itself. */
const considerate = { ...settings, retryMode: 'adaptive' }

/** For reads that a round waits for: five attempts end within the 30 s of `register`, however EC2 hangs. */
export const PROMPT = {
  requestHandler: { connectionTimeout: 1500, requestTimeout: 5000, throwOnRequestTimeout: true },
}

// One function per service, called by the handler that needs it: the bundler drops the others.
export const ec2 = (limits: Partial<typeof PROMPT> = {}) => new EC2Client({ ...considerate, ...limits })
export const s3 = () => new S3Client(settings)
export const ssm = (limits: Partial<typeof PROMPT> = {}) => new SSMClient({ ...considerate, ...limits })
export const autoScaling = () => new AutoScalingClient(settings)
export const dynamo = () => new DynamoDBClient(settings)
export const cloudFormation = () => new CloudFormationClient(settings)
export const codeBuild = () => new CodeBuildClient(settings)
export const logs = () => new CloudWatchLogsClient(settings)
export const stepFunctions = () => new SFNClient(settings)
export const loadBalancing = () => new ElasticLoadBalancingV2Client(settings)
export const lambda = () => new LambdaClient(settings)
export const sqs = () => new SQSClient(settings)
export const documents = () => DynamoDBDocumentClient.from(dynamo())

/** What adapters/images/ami-evidence.ts reads from. */
export const evidence = () => ({
  ec2: ec2(),
  scaling: autoScaling(),
  ssm: ssm(),
  dynamo: documents(),
  sfn: stepFunctions(),
})
