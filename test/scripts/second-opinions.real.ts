import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { opinionTools } from '../../scripts/lib/places.mjs'
import { ROOT } from '../apps/apps.ts'
import { refused } from '../resources/refused.ts'

const run = promisify(execFile)

/** A template with a policy and a resource that nobody should accept. */
const BAD = {
  AWSTemplateFormatVersion: '2010-09-09',
  Resources: {
    Open: {
      Type: 'AWS::EC2::SecurityGroup',
      Properties: {
        GroupDescription: 'open',
        SecurityGroupIngress: [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, CidrIp: '0.0.0.0/0' }],
      },
    },
    Wrong: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
          ],
        },
        Policies: [
          {
            PolicyName: 'wrong',
            PolicyDocument: {
              Version: '2012-10-17',
              Statement: [{ Effect: 'Allow', Action: 's3:GetObjcet', Resource: 'arn:aws:s3:::b/*' }],
            },
          },
        ],
      },
    },
  },
}

describe('the second opinions', () => {
  let folder: string
  let said: string[]
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'opinions-'))
    const templates = [{ name: 'bad', template: BAD }, ...refused('checkov')]
    const files = templates.map(({ name }) => join(folder, `${name}.json`))
    await Promise.all(
      templates.map(({ template }, index) => writeFile(files[index] ?? '', JSON.stringify(template))),
    )
    const python = join(opinionTools, 'bin', 'python')
    const script = join(ROOT, 'scripts', 'second_opinions.py')
    said = await run(python, [script, ...files]).then(
      () => [],
      ({ stdout }: { stdout: string }) => stdout.split('\n'),
    )
  }, 60_000)
  afterAll(() => rm(folder, { recursive: true }))

  it('name an action that does not exist, with the role', () => {
    expect(said).toContainEqual(
      expect.stringMatching(/^bad\/Wrong: parliament UNKNOWN_ACTION: .*s3:GetObjcet/),
    )
  })

  it('name a port that is open to everybody, with the group', () => {
    expect(said).toContainEqual(expect.stringMatching(/^bad\/Open: checkov CKV_AWS_24: /))
  })

  it.each(refused('checkov'))('refuse $behaviour', ({ name, says }) => {
    for (const sentence of says) expect(said).toContain(`${name}/${sentence}`)
  })

  it('name what is accepted and not found any more', () => {
    expect(said).toContain('accepted-findings.yml: checkov CKV_AWS_26 on *: nothing needs it; remove it')
  })
})
