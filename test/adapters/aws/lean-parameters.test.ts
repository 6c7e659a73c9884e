import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { SSMClient } from '@aws-sdk/client-ssm'
import { afterEach, describe, expect, it } from '@jest/globals'
import { leanParameters } from '../../../adapters/aws/lean-parameters.ts'
import { SecretParameters } from '../../../adapters/aws/secret-parameters.ts'
import { type ReadParameters, SecretReader, type SecretSource } from '../../../adapters/aws/secret-reader.ts'
import { readStoreAccess } from '../../../adapters/config.ts'
import { ServiceFailure, ServiceRefusal } from '../../../core/base/errors.ts'

const credentials = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'very/secret', sessionToken: 'session==' }
const TOKEN = '/nanofleet-secrets/dev/platform/ui-token'

const sha256 = (data: string): string => createHash('sha256').update(data).digest('hex')
const hmac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest()

/** Whether a request is signed as "AWS Signature Version 4 for API requests" says, with these credentials. */
function isSigned({ headers, method, url }: IncomingMessage, body: string): boolean {
  const [, scope = '', names = '', signature] =
    /^AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE\/(\S+), SignedHeaders=(\S+), Signature=(\w+)$/.exec(
      headers.authorization ?? '',
    ) ?? []
  const lines = names.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`)
  const request = [method, url, '', lines.join(''), names, sha256(body)].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(request)].join('\n')
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${credentials.secretAccessKey}`)
  return (
    names.split(';').includes('x-amz-security-token') &&
    headers['x-amz-security-token'] === credentials.sessionToken &&
    hmac(key, toSign).toString('hex') === signature
  )
}

interface Answer {
  status: number
  body: string
}

let server: Server
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

/** Parameter Store with one secret; the first answers may be others, or none at all. */
async function store(...first: (Answer | 'silence' | 'hang up')[]) {
  const asked = { calls: 0, targets: [] as unknown[] }
  server = createServer(async (request, response) => {
    const body = await text(request)
    const instead = first[asked.calls++]
    asked.targets.push(request.headers['x-amz-target'])
    if (instead === 'silence') return
    if (instead === 'hang up') return request.socket.destroy()
    if (instead) return response.writeHead(instead.status).end(instead.body)
    if (!isSigned(request, body)) return response.writeHead(400).end('{"__type":"InvalidSignatureException"}')
    const { Names, WithDecryption } = JSON.parse(body)
    const Parameters =
      Names.includes(TOKEN) && WithDecryption ? [{ Name: TOKEN, Value: 'v', Version: 3 }] : []
    response.end(JSON.stringify({ Parameters, InvalidParameters: [] }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { asked, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const lean = (endpoint: string, answerMs = 5000): ReadParameters =>
  leanParameters({ region: 'eu-west-1', endpoint, credentials }, { attempts: 3, answerMs, pauseMs: 1 })
const ways: [string, (endpoint: string) => SecretSource][] = [
  ['without the SDK', (endpoint) => new SecretReader(lean(endpoint), 'dev', 'platform')],
  [
    "with the SDK's client",
    (endpoint) =>
      new SecretParameters(
        new SSMClient({ region: 'eu-west-1', endpoint, credentials: { ...credentials }, maxAttempts: 1 }),
        'dev',
        'platform',
      ),
  ],
]

describe.each(ways)('secrets read %s', (_, source) => {
  it('are those that are there, asked for with a signature that AWS accepts', async () => {
    const { endpoint, asked } = await store()
    const found = await source(endpoint).read(['ui-token', 'registration-token'])
    expect([...found]).toEqual([['ui-token', 'v']])
    expect(asked.targets).toEqual(['AmazonSSM.GetParameters'])
  })

  it.each(['message', 'Message'])(
    'are refused without a permission, in the words of AWS: %s',
    async (field) => {
      const body = `{"__type":"AccessDeniedException","${field}":"not authorized to perform: ssm:GetParameters"}`
      const { endpoint, asked } = await store({ status: 400, body })
      const reading = source(endpoint).read(['ui-token'])
      await expect(reading).rejects.toThrow(ServiceRefusal)
      await expect(reading).rejects.toThrow(
        'the secrets of platform cannot be read: not authorized to perform: ssm:GetParameters',
      )
      expect(asked.calls).toBe(1)
    },
  )
})

describe('Parameter Store asked without the SDK', () => {
  const throttled = { status: 400, body: '{"__type":"ThrottlingException","message":"Rate exceeded"}' }

  it.each([
    ['is throttled', throttled],
    ['has an error of its own', { status: 500, body: '{"__type":"InternalServerError"}' }],
    ['is hidden behind a page', { status: 503, body: '<html>' }],
    ['does not answer in time', 'silence' as const],
    ['breaks the connection off', 'hang up' as const],
  ])('is asked again when it %s', async (_, problem) => {
    const { endpoint, asked } = await store(problem, problem)
    const answerMs = problem === 'silence' ? 500 : 5000
    expect([...(await lean(endpoint, answerMs)([TOKEN]))]).toEqual([[TOKEN, 'v']])
    expect(asked.calls).toBe(3)
  })

  it('is given up after three times, and says why', async () => {
    const { endpoint, asked } = await store(throttled, throttled, throttled, throttled)
    const reading = new SecretReader(lean(endpoint), 'dev', 'platform').read()
    await expect(reading).rejects.toThrow(ServiceFailure)
    await expect(reading).rejects.toThrow('Rate exceeded')
    expect(asked.calls).toBe(3)
  })

  it('is found where the variables of Lambda and of the SDK say', () => {
    const lambda = {
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'very/secret',
      AWS_SESSION_TOKEN: 'session==',
    }
    const at = (more: object) => readStoreAccess({ ...lambda, ...more }).endpoint
    expect(readStoreAccess(lambda)).toMatchObject({ region: 'eu-west-1', credentials })
    expect(at({})).toBe('https://ssm.eu-west-1.amazonaws.com')
    expect(at({ AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' })).toBe('http://127.0.0.1:4566')
    expect(at({ AWS_ENDPOINT_URL: 'http://a', AWS_ENDPOINT_URL_SSM: 'http://b' })).toBe('http://b')
    expect(() => readStoreAccess({ AWS_REGION: 'eu-west-1' })).toThrow(
      /AWS_ACCESS_KEY_ID.*deploy the control/,
    )
  })
})
