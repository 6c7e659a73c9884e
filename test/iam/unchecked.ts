import type { Permission } from './permissions.ts'

/** Permissions that the local region cannot check, each a row in docs/iam-aws-only.md. */
interface Unchecked {
  role: RegExp
  /** The names in the row; none for every action of the role. */
  actions?: string[]
  /** The AWS page in the row. */
  page: string
}

const LOG_DELIVERY = ['Create', 'Get', 'Update', 'Delete'].map((verb) => `logs:${verb}LogDelivery`)

export const UNCHECKED: Unchecked[] = [
  { role: /^StackRole$/, page: 'AWS CloudFormation service role' },
  { role: /^schedules$/, page: 'Setting up the execution role' },
  { role: /^CleanAmisWeeklyRole$/, page: 'IAM roles for sending events to targets in Amazon EventBridge' },
  {
    role: /^(?!ImageProject)\w+Role$/,
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    page: 'Sending Lambda function logs to CloudWatch Logs',
  },
  {
    role: /WorkflowRole$/,
    actions: [
      ...LOG_DELIVERY,
      'logs:ListLogDeliveries',
      'logs:PutResourcePolicy',
      'logs:DescribeResourcePolicies',
      'logs:DescribeLogGroups',
    ],
    page: 'Using CloudWatch Logs to log execution history in Step Functions',
  },
  {
    role: /^(Consul|Kafka|Proxy)Role$/,
    actions: [
      'ec2:CreateNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DeleteNetworkInterface',
      'ec2:DescribeSubnets',
      'ec2:AssignPrivateIpAddresses',
      'ec2:UnassignPrivateIpAddresses',
    ],
    page: 'Giving Lambda functions access to resources in an Amazon VPC',
  },
  {
    role: /^(AppsApi|CheckInput|PlanBuild|PlanDeploy|PlanRestart|PlanScale|PlanTeardown|RemoveApp|RequiredApps|StartJob|LookJob)Role$/,
    actions: ['s3:ListBucket'],
    page: 'GetObject',
  },
  {
    role: /^(ApplyStack|PrepareData)Role$/,
    actions: ['cloudformation:TagResource'],
    page: 'Actions, resources, and condition keys for AWS CloudFormation',
  },
  {
    role: /WorkflowRole$/,
    actions: [
      'xray:PutTraceSegments',
      'xray:PutTelemetryRecords',
      'xray:GetSamplingRules',
      'xray:GetSamplingTargets',
    ],
    page: 'Trace Step Functions request data in AWS X-Ray',
  },
  {
    role: /^(Register|Reconcile|Consul)Role$/,
    actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
    page: 'Visualize Lambda function invocations using AWS X-Ray',
  },
  { role: /^(ManageKafka|SignClient)Role$/, page: 'IAM access control' },
  {
    role: /^(ApplyStack|PlanDeploy|PrepareData)Role$/,
    actions: ['kafka:GetBootstrapBrokers'],
    page: 'IAM access control',
  },
  {
    role: /^RemoveDataRole$/,
    actions: [
      'kafka:DeleteCluster',
      'kafka:DescribeCluster',
      'kafka:DeleteConfiguration',
      'acm-pca:DeleteCertificateAuthority',
      'acm-pca:UpdateCertificateAuthority',
      'ec2:DeleteSecurityGroup',
    ],
    page: 'IAM access control',
  },
  {
    role: /^RegisterRole$/,
    actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
    page: 'Configuring an Amazon SQS queue to trigger an AWS Lambda function',
  },
]

/** The row in docs/iam-aws-only.md for a permission, or undefined when it can be checked here. */
export const unchecked = ({ role, action }: Permission): Unchecked | undefined =>
  UNCHECKED.find((row) => row.role.test(role) && (row.actions?.includes(action) ?? true))
