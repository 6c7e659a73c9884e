import { APP_ACTIONS, SECRETS_PATH } from '../base/app-rights.ts'
import { getAtt, type Resource, ref, sub, type Template } from '../base/cloudformation.ts'
import { boundary, controlName, PLATFORM } from '../base/names.ts'
import type { Stage } from '../base/stage.ts'

const ARN = (service: string, rest: string) =>
  sub(`arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${rest}`)

/**
 * The permissions boundaries of the roles of apps, a part of the stack `nanofleet-<stage>`
 * (`resources/plugin/boundaries.js` puts them there, beside its buckets and table): the most that such
 * a role can do, whatever its own policies say. The role that makes the stacks of apps cannot change them.
 */
export function boundaries({ name }: Pick<Stage, 'name'>): Pick<Template, 'Resources'> {
  // All but `ca`, the key with which the function sign-server signs the servers' certificates.
  const secrets = ['ca-certificate', 'gossip-key', '*-token'].map((secret) =>
    ARN('ssm', `parameter/${SECRETS_PATH}/${name}/${PLATFORM}/${secret}`),
  )
  const functions = ['reconcile', 'sign-server'].map((each) =>
    ARN('lambda', `function:${controlName(name, each)}`),
  )
  return {
    Resources: {
      AppsBoundary: policy(boundary(name, 'apps'), 'Most that a role of an app can do', [
        allow(OTHERS, { Resource: '*' }),
        // Of ours only the one that signs certificates, for anyone who proves who it is.
        allow(INVOKE, { NotResource: ARN('lambda', 'function:nanofleet-*') }),
        allow(INVOKE, { Resource: ARN('lambda', `function:${controlName(name, 'sign-client')}`) }),
        deny('ssm:*', { Resource: ARN('ssm', `parameter/${SECRETS_PATH}/*`) }),
      ]),
      PlatformBoundary: policy(boundary(name, PLATFORM), 'Most that a role of the platform can do', [
        allow(APP_ACTIONS, { Resource: '*' }),
        deny('ssm:*', { NotResource: secrets }),
        deny('lambda:*', { NotResource: functions }),
      ]),
    },
  }
}

function policy(name: string, description: string, own: object[]): Resource {
  return {
    Type: 'AWS::IAM::ManagedPolicy',
    Properties: {
      ManagedPolicyName: name,
      Description: description,
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [onlyInstances, deny(['s3:*', 'dynamodb:*'], { Resource: control }), ...own],
      },
    },
  }
}

const INVOKE = 'lambda:InvokeFunction'
const OTHERS = APP_ACTIONS.filter((action) => action !== INVOKE)

const allow = (Action: string | readonly string[], where: object) => ({ Effect: 'Allow', Action, ...where })
const deny = (Action: string | string[], where: object) => ({ Effect: 'Deny', Action, ...where })

/** The control plane's own: what lies there says what is deployed, and is the code of its functions. */
const control = [
  getAtt('Bucket', 'Arn'),
  sub(`\${Bucket.Arn}/*`),
  getAtt('LogBucket', 'Arn'),
  sub(`\${LogBucket.Arn}/*`),
  sub(`arn:\${AWS::Partition}:s3:::\${ServerlessDeploymentBucket}`),
  sub(`arn:\${AWS::Partition}:s3:::\${ServerlessDeploymentBucket}/*`),
  getAtt('Table', 'Arn'),
  sub(`\${Table.Arn}/*`),
]

/**
 * Whatever trust a role states, only instances in the stage's network can use it: sessions that anybody else
 * assumes lack the key (IAM User Guide, "AWS global condition context keys", aws:EC2InstanceSourceVPC). Calls
 * that a service makes on behalf of an instance may lack it too.
 */
const onlyInstances = {
  Effect: 'Deny',
  Action: '*',
  Resource: '*',
  Condition: {
    StringNotEquals: { 'aws:EC2InstanceSourceVPC': ref('Vpc') },
    BoolIfExists: { 'aws:ViaAWSService': 'false' },
  },
}
