import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { SQSClient } from '@aws-sdk/client-sqs'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { afterEach, describe, expect, it } from '@jest/globals'
import { CloudFormationChangeSets } from '../../../adapters/aws/change-sets.ts'
import { CountedHoldings } from '../../../adapters/aws/holdings.ts'
import { TypeRegistry } from '../../../adapters/aws/type-registry.ts'
import { checkResources } from '../../../adapters/sources/resource-check.ts'
import { parseResources, type WrittenResources } from '../../../core/template/app-resources.ts'
import { type Answer, CannedAws } from '../../support/canned-aws.ts'

let aws: CannedAws | undefined
afterEach(() => aws?.stop())

async function settings(answers: Record<string, Answer | Answer[]>) {
  aws = new CannedAws(answers)
  return await aws.start()
}
const actions = () => aws?.calls.map(({ action }) => action)

describe('change sets', () => {
  const input = { name: 'shop', template: '{}', parameters: {}, tags: { a: 'b' } }
  const changeSets = async (answers: Record<string, Answer | Answer[]>) =>
    new CloudFormationChangeSets(new CloudFormationClient(await settings(answers)), {
      sleep: async () => {},
      name: () => 'one',
    })
  const idle =
    '<Stacks><member><StackName>s</StackName><StackStatus>CREATE_COMPLETE</StackStatus></member></Stacks>'
  const made = (changes: string, token = '') =>
    `<StackName>shop</StackName><Status>CREATE_COMPLETE</Status><Changes>${changes}</Changes>${token}`
  const change = (name: string, more: string) =>
    `<member><ResourceChange><LogicalResourceId>${name}</LogicalResourceId><ResourceType>T</ResourceType>${more}</ResourceChange></member>`

  it('are read page by page, and are gone afterwards', async () => {
    const details =
      '<Details><member><Target><Attribute>Properties</Attribute><Name>KeySchema</Name><RequiresRecreation>Conditionally</RequiresRecreation></Target></member><member><Target><Attribute>Properties</Attribute><Name>Tags</Name><RequiresRecreation>Never</RequiresRecreation></Target></member></Details>'
    const modify = `<Action>Modify</Action><PhysicalResourceId>t</PhysicalResourceId><Replacement>Conditional</Replacement>${details}`
    const sets = await changeSets({
      DescribeStacks: idle,
      CreateChangeSet: '<Id>arn:one</Id>',
      DescribeChangeSet: [
        '<Status>CREATE_IN_PROGRESS</Status>',
        made(change('A', modify), '<NextToken>more</NextToken>'),
        made(change('B', '<Action>Remove</Action>') + change('C', '<Action>SyncWithActual</Action>')),
      ],
    })
    expect(await sets.preview(input)).toEqual([
      { name: 'A', type: 'T', id: 't', action: 'Modify', replacement: 'Conditional', causes: ['KeySchema'] },
      { name: 'B', type: 'T', action: 'Remove', causes: [] },
      // An action that is not known cannot be judged.
      { name: 'C', type: 'T', action: 'Dynamic', causes: [] },
    ])
    expect(actions()).toEqual([
      'DescribeStacks',
      'CreateChangeSet',
      'DescribeChangeSet',
      'DescribeChangeSet',
      'DescribeChangeSet',
      'DeleteChangeSet',
    ])
    expect(aws?.calls[1]?.body).not.toContain('Tags.member')
  })

  it.each<[string, string, unknown]>([
    [
      "The submitted information didn't contain changes. Submit different information.",
      'nothing to change',
      [],
    ],
    ['No updates are to be performed.', 'nothing to change', []],
  ])('that fail with "%s" mean %s', async (reason, _what, expected) => {
    const sets = await changeSets({
      DescribeStacks: idle,
      CreateChangeSet: '<Id>arn:one</Id>',
      DescribeChangeSet: `<Status>FAILED</Status><StatusReason>${reason}</StatusReason>`,
    })
    expect(await sets.preview(input)).toEqual(expected)
    expect(actions()?.at(-1)).toBe('DeleteChangeSet')
  })

  it('that CloudFormation refuses are gone, too, and nothing was changed', async () => {
    const sets = await changeSets({
      DescribeStacks: idle,
      CreateChangeSet: '<Id>arn:one</Id>',
      DescribeChangeSet: '<Status>FAILED</Status><StatusReason>no such property</StatusReason>',
    })
    await expect(sets.preview(input)).rejects.toThrow(
      'stack shop: CloudFormation refuses the change: no such property',
    )
    expect(actions()?.at(-1)).toBe('DeleteChangeSet')
  })

  it('wait for a stack that is changing, but not for ever', async () => {
    const busy = idle.replace('CREATE_COMPLETE', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS')
    await expect((await changeSets({ DescribeStacks: busy })).preview(input)).rejects.toThrow(
      'stack shop: CloudFormation makes no change set: it has been changing for more than 45 s',
    )
    expect(actions()).not.toContain('CreateChangeSet')
  })
})

describe('what a resource holds', () => {
  const count = async (type: string, answers: Record<string, Answer>) => {
    const client = await settings(answers)
    const holdings = new CountedHoldings({
      documents: () => DynamoDBDocumentClient.from(new DynamoDBClient(client)),
      s3: () => new S3Client({ ...client, forcePathStyle: true }),
      sqs: () => new SQSClient(client),
    })
    return await holdings.of({ type, id: type.endsWith('Queue') ? `${client.endpoint}/1/q` : 'thing' })
  }
  const [TABLE, QUEUE] = ['AWS::DynamoDB::Table', 'AWS::SQS::Queue']
  const numbers = {
    ApproximateNumberOfMessages: '2',
    ApproximateNumberOfMessagesDelayed: '3',
    ApproximateNumberOfMessagesNotVisible: '4',
  }

  it.each<[string, string, Record<string, Answer>, unknown]>([
    ['rows', TABLE, { Scan: { Count: 7 } }, { holding: { what: 'rows', count: 7 } }],
    [
      'a page of rows',
      TABLE,
      { Scan: { Count: 1000, LastEvaluatedKey: { id: { S: 'x' } } } },
      { holding: { what: 'rows', count: 1000, more: true } },
    ],
    [
      'messages of each kind',
      QUEUE,
      { GetQueueAttributes: { Attributes: numbers } },
      { holding: { what: 'messages', count: 9, about: true } },
    ],
    [
      'a table that does not exist',
      TABLE,
      { Scan: { error: 'ResourceNotFoundException' } },
      { missing: true },
    ],
    ['no permission', TABLE, { Scan: { error: 'AccessDeniedException' } }, { unknown: expect.any(String) }],
    ['another type', 'AWS::KMS::Key', {}, { unknown: 'nothing here counts what a AWS::KMS::Key holds' }],
  ])('is %s', async (_what, type, answers, known) => {
    expect(await count(type, answers)).toEqual(known)
  })

  it('is counted without reading it', async () => {
    await count(TABLE, { Scan: { Count: 0 } })
    expect(JSON.parse(aws?.calls[0]?.body ?? '')).toMatchObject({ Select: 'COUNT', Limit: 1000 })
  })
})

describe('the schemas of resource types', () => {
  const text = 'Resources:\n  News:\n    Type: AWS::SNS::Topic\n    Properties: {DisplayNam: a}\n'
  const written = (app: string): WrittenResources => ({
    types: ['AWS::SNS::Topic'],
    check: (schemas) => parseResources(app, text, `images/${app}/resources.yml`, [], schemas),
  })
  const check = async (answer: Answer) =>
    await checkResources(
      [written('shop'), written('blog')],
      new TypeRegistry(new CloudFormationClient(await settings({ DescribeType: answer }))),
    )

  it('are read once, and name what is wrong', async () => {
    const schema = JSON.stringify({ additionalProperties: false, properties: { DisplayName: {} } })
    await expect(check(`<Schema>${schema.replaceAll('"', '&quot;')}</Schema>`)).rejects.toThrow(
      'images/shop/resources.yml:4: Resources.News.Properties.DisplayNam: unknown property; did you mean "DisplayName"?',
    )
    expect(actions()).toEqual(['DescribeType'])
  })

  it('are left out with one warning when they may not be read, and silently for a type without one', async () => {
    expect(await check({ error: 'AccessDenied' })).toEqual([
      expect.stringMatching(
        /^the properties of resources are not checked: CloudFormation's schema of AWS::SNS::Topic cannot be read/,
      ),
    ])
    await aws?.stop()
    expect(await check({ error: 'TypeNotFoundException' })).toEqual([])
  })
})
