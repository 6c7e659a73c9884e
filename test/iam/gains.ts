/** Manifests that try to gain rights: what is in them, and the sentence with which a push refuses each. */
export interface Gain {
  what: string
  /** Of `resources.yml`, as JSON. */
  resources?: Record<string, Record<string, unknown>>
  /** Keys of the service in `app.yml`. */
  service?: Record<string, unknown>
  refused: string
  /** What the role that makes the stack is refused; absent where the boundary refuses the program instead. */
  denied?: string
}

const ACCOUNT = '123456789012'
const trust = (principal: unknown) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }],
})
const everything = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
}
const ec2 = trust({ Service: 'ec2.amazonaws.com' })
const role = (properties: Record<string, unknown>) => ({
  Type: 'AWS::IAM::Role',
  Properties: { AssumeRolePolicyDocument: ec2, ...properties },
})
const open = (extra: Record<string, unknown>) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*', ...extra }],
})
const bucket = { Type: 'AWS::S3::Bucket' }
const shared = (document: unknown) => ({
  Data: bucket,
  Policy: {
    Type: 'AWS::S3::BucketPolicy',
    Properties: { Bucket: { Ref: 'Data' }, PolicyDocument: document },
  },
})
const LETS_IN = 'lets in others than the own account and services of AWS'
const own = (type: string) => `must be a Ref or GetAtt of the app's own ${type}`
const makes = (type: string) => `an app makes no ${type}`

/** Roles and policies, which the role that makes stacks refuses too. */
const OF_IAM: Gain[] = [
  {
    what: 'a policy of its own in a role of the control plane',
    resources: {
      Policy: {
        Type: 'AWS::IAM::RolePolicy',
        Properties: { RoleName: 'STACK_ROLE', PolicyName: 'more', PolicyDocument: everything },
      },
    },
    refused: makes('AWS::IAM::RolePolicy'),
    denied: 'iam:PutRolePolicy',
  },
  {
    what: 'the older kind of such a policy',
    resources: {
      Policy: {
        Type: 'AWS::IAM::Policy',
        Properties: { Roles: ['STACK_ROLE'], PolicyName: 'more', PolicyDocument: everything },
      },
    },
    refused: makes('AWS::IAM::Policy'),
    denied: 'iam:PutRolePolicy',
  },
  {
    what: 'a managed policy for a role of the control plane',
    resources: {
      Policy: {
        Type: 'AWS::IAM::ManagedPolicy',
        Properties: { Roles: ['STACK_ROLE'], PolicyDocument: everything },
      },
    },
    refused: makes('AWS::IAM::ManagedPolicy'),
    denied: 'iam:CreatePolicy',
  },
  {
    what: 'a role with all rights',
    resources: { Role: role({ Policies: [{ PolicyName: 'all', PolicyDocument: everything }] }) },
    refused: makes('AWS::IAM::Role'),
    denied: 'iam:CreateRole',
  },
  {
    what: 'a role in the path of apps without the boundary',
    resources: { Role: role({ Path: '/nanofleet/STAGE/apps/' }) },
    refused: makes('AWS::IAM::Role'),
    denied: 'iam:CreateRole',
  },
  {
    what: 'a role with another boundary',
    resources: {
      Role: role({
        Path: '/nanofleet/STAGE/apps/',
        PermissionsBoundary: 'arn:aws:iam::aws:policy/AdministratorAccess',
      }),
    },
    refused: makes('AWS::IAM::Role'),
    denied: 'iam:CreateRole',
  },
  {
    what: 'a bounded role elsewhere',
    resources: { Role: role({ Path: '/', PermissionsBoundary: 'BOUNDARY' }) },
    refused: makes('AWS::IAM::Role'),
    denied: 'iam:CreateRole',
  },
  {
    what: 'a bounded role with a managed policy',
    resources: {
      Role: role({
        Path: '/nanofleet/STAGE/apps/',
        PermissionsBoundary: 'BOUNDARY',
        ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'],
      }),
    },
    refused: makes('AWS::IAM::Role'),
    denied: 'iam:AttachRolePolicy',
  },
  {
    what: 'a profile with a role of the control plane',
    resources: {
      Profile: {
        Type: 'AWS::IAM::InstanceProfile',
        Properties: { Path: '/nanofleet/STAGE/apps/', Roles: ['STACK_ROLE'] },
      },
    },
    refused: makes('AWS::IAM::InstanceProfile'),
    denied: 'iam:PassRole',
  },
  {
    what: 'a user',
    resources: { Eve: { Type: 'AWS::IAM::User' } },
    refused: makes('AWS::IAM::User'),
    denied: 'iam:CreateUser',
  },
  {
    what: 'a function',
    resources: {
      Code: {
        Type: 'AWS::Lambda::Function',
        Properties: { Role: 'STACK_ROLE_ARN', Handler: 'a.b', Runtime: 'nodejs24.x', Code: { ZipFile: ' ' } },
      },
    },
    refused: makes('AWS::Lambda::Function'),
    denied: 'lambda:CreateFunction',
  },
]

/** Others' things, let in or changed by what an app may make. */
const OF_OTHERS: Gain[] = [
  {
    what: 'a foreign account in a policy',
    resources: shared(open({ Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } })),
    refused: LETS_IN,
  },
  {
    what: 'everybody in a policy',
    resources: shared(open({ Principal: '*' })),
    refused: LETS_IN,
  },
  {
    what: 'everybody but one in a policy',
    resources: shared(open({ NotPrincipal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } })),
    refused: LETS_IN,
  },
  {
    what: 'an account that only looks like the own one',
    resources: shared(open({ Principal: { AWS: { 'Fn::Sub': `arn:aws:iam::${ACCOUNT}:root` } } })),
    refused: LETS_IN,
  },
  {
    what: "a rule in somebody else's group",
    resources: {
      Rule: { Type: 'AWS::EC2::SecurityGroupIngress', Properties: { GroupId: { Ref: 'ConsulGroup' } } },
    },
    refused: own('AWS::EC2::SecurityGroup'),
  },
  {
    what: "a listener of somebody else's load balancer",
    resources: {
      Port: {
        Type: 'AWS::ElasticLoadBalancingV2::Listener',
        Properties: { LoadBalancerArn: { Ref: 'LoadBalancerArn' } },
      },
    },
    refused: own('AWS::ElasticLoadBalancingV2::LoadBalancer'),
  },
  {
    what: "the policy of the stage's bucket",
    resources: { Policy: { Type: 'AWS::S3::BucketPolicy', Properties: { Bucket: 'nanofleet-dev-1' } } },
    refused: own('AWS::S3::Bucket'),
  },
  {
    what: 'a route for all apps',
    resources: { Way: { Type: 'AWS::EC2::Route' } },
    refused: 'only the platform makes a AWS::EC2::Route',
  },
  {
    what: 'a macro that writes more',
    resources: { Data: { ...bucket, Properties: { 'Fn::Transform': { Name: 'AWS::Include' } } } },
    refused: 'would put in what nobody checked',
  },
  {
    what: 'a secret that CloudFormation reads',
    resources: { Data: { ...bucket, Properties: { BucketName: '{{resolve:ssm:/nanofleet-secrets/x}}' } } },
    refused: 'is read by CloudFormation',
  },
]

const asks = (...actions: string[]) => ({ permissions: [{ actions, resource: '*' }] })
const tooMuch = (action: string) => `"${action}" is more than the program of an app may do`

/** Rights that a program asks for. */
const OF_PROGRAMS: Gain[] = [
  ...['iam:*', 'iam:PassRole', 'sts:AssumeRole', 'lambda:UpdateFunctionCode', 's3:*', 's3:PutBucketPolicy'],
  ...['dynamodb:*', 'ssm:PutParameter', 'cloudformation:CreateStack', 'ec2:RunInstances', 'kms:CreateGrant'],
]
  .map((action): Gain => ({ what: action, service: asks(action), refused: tooMuch(action) }))
  .concat([
    {
      what: 'the keys of the stage',
      service: {
        permissions: [
          { actions: ['ssm:GetParameters'], resource: 'arn:aws:ssm:a:b:parameter/nanofleet-secrets/*' },
        ],
      },
      refused: '/nanofleet-secrets/ holds the keys of the stage, which only the platform reads',
    },
    {
      what: 'the keys of the stage as its own secret',
      service: { secrets: { TOKEN: '/nanofleet-secrets/dev/platform/management-token' } },
      refused: '/nanofleet-secrets/ holds the keys of the stage, which only the platform reads',
    },
  ])

export const GAINS: Gain[] = [...OF_IAM, ...OF_OTHERS, ...OF_PROGRAMS]
