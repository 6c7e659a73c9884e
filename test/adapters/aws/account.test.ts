import { STSClient } from '@aws-sdk/client-sts'
import { describe, expect, it } from '@jest/globals'
import { accountId } from '../../../adapters/aws/account.ts'
import { awsProblem } from '../../../adapters/aws/aws-problem.ts'
import { CannedAws } from '../../support/canned-aws.ts'

describe('the account', () => {
  it('is the one of the credentials', async () => {
    const aws = new CannedAws({ GetCallerIdentity: '<Account>123456789012</Account>' })
    expect(await accountId(new STSClient(await aws.start()))).toBe('123456789012')
    await aws.stop()
  })

  it('is not told when the connection is refused, and the place is named', async () => {
    const aws = new CannedAws({})
    const settings = await aws.start()
    await aws.stop()
    await expect(accountId(new STSClient(settings), 'AWS in eu-west-1')).rejects.toThrow(
      'AWS in eu-west-1 cannot be reached: nothing answers there',
    )
  })

  it.each([
    ['InvalidClientTokenId', 'aws'],
    ['AuthFailure', 'aws'],
    ['UnrecognizedClientException', 'aws'],
  ])('is in no region that is not enabled, which answers %s to credentials that are right', async (error) => {
    const region = new CannedAws({ GetCallerIdentity: { error } })
    const everywhere = new CannedAws({ GetCallerIdentity: '<Account>123456789012</Account>' })
    const [here, there] = [await region.start(), await everywhere.start()]
    const closed = new STSClient({ ...here, region: 'ap-east-1' })
    await expect(accountId(closed, 'AWS in ap-east-1', () => new STSClient(there))).rejects.toThrow(
      /^The region ap-east-1 is not enabled in the account 123456789012; enable it in the account's settings/,
    )
    const china = new STSClient({ ...here, region: 'cn-north-1' })
    await expect(accountId(china, 'AWS in cn-north-1', () => new STSClient(there))).rejects.toThrow(
      /^AWS in cn-north-1 does not accept the credentials; aws-cn has accounts of its own/,
    )
    await everywhere.stop()
    await expect(accountId(closed, 'AWS in ap-east-1', () => new STSClient(there))).rejects.toThrow(
      /^AWS does not accept the credentials; set AWS_PROFILE/,
    )
    await region.stop()
  })

  it('of all regions is asked at one address without a region', async () => {
    const { url } = await new STSClient({ region: 'aws-global' }).config.endpointProvider({
      Region: 'aws-global',
    })
    expect(String(url)).toBe('https://sts.amazonaws.com/')
  })
})

const named = (name: string, message = 'no') => Object.assign(new Error(message), { name, $metadata: {} })

describe('an error of AWS in one sentence', () => {
  it.each([
    ['CredentialsProviderError', /^There are no AWS credentials; set AWS_PROFILE/],
    ['ExpiredTokenException', /^The AWS credentials have expired; sign in again$/],
    ['ExpiredToken', /have expired/],
    ['InvalidClientTokenId', /^AWS does not accept the credentials/],
    ['UnrecognizedClientException', /does not accept/],
    ['OptInRequired', /^The account has not enabled this region or service \(no\); enable it/],
    ['ThrottlingException', /too many requests/],
    ['RequestLimitExceeded', /too many requests/],
    ['AccessDeniedException', /^AWS does not allow this: no$/],
    ['SomethingElse', /^AWS refused: SomethingElse: no$/],
  ])('for %s', (name, text) => {
    expect(awsProblem(named(name))).toMatch(text)
  })

  it('names what makes the tables of a stage that has none', () => {
    const missing = (message: string) => awsProblem(named('ResourceNotFoundException', message))
    expect(missing('Requested resource not found')).toBe(
      'The stage has no control plane, or not a whole one; make it with "nanofleet control deploy"',
    )
    expect(missing('Function not found: x')).toBe(
      'AWS refused: ResourceNotFoundException: Function not found: x',
    )
  })

  it('is found below an error of ours and among several attempts', () => {
    const attempts = new AggregateError([Object.assign(new Error('x'), { code: 'ECONNREFUSED' })])
    expect(awsProblem(new Error('ours', { cause: attempts }))).toMatch(/nothing answers there$/)
  })

  it('is none for an error that AWS has no part in', () => {
    expect(awsProblem(new RangeError('x'))).toBeUndefined()
    expect(awsProblem(undefined)).toBeUndefined()
  })
})
