import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { certificateRequest } from '../../../core/kafka/request.ts'
import {
  boundTo,
  type ClientRequest,
  type SignClientPorts,
  signClient,
} from '../../../core/kafka/sign-client.ts'
import { keyWithRequest } from '../../../local/tools/x509.ts'

const PROOF = { accessKeyId: 'ASIA', date: '', sessionToken: '', signature: '' }
const ROLE = 'nanofleet-dev-events-writer-Role-1A2B'
const OURS = 'arn:aws:sts::111122223333:assumed-role'
const AUTHORITY = 'arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/1'

const key = (namedCurve = 'P-256') => generateKeyPairSync('ec', { namedCurve }).privateKey
const asked = (request: string): ClientRequest => ({
  app: 'events',
  service: 'writer',
  request,
  seconds: 3600,
  proof: PROOF,
})

function ports(caller: string, outputs: Record<string, string> = { RoleName: ROLE }) {
  const issued: object[] = []
  const bounds: string[] = []
  const stacks: Record<string, Record<string, string>> = {
    'nanofleet-dev-events-writer': outputs,
    'nanofleet-dev-events': { KafkaAuthorityArn: AUTHORITY },
  }
  const own: SignClientPorts = {
    stage: 'dev',
    stacks: { find: async (name) => (stacks[name] ? { outputs: stacks[name] } : undefined) },
    caller: async (_proof, bound) => {
      bounds.push(bound)
      return caller
    },
    certificate: async (wanted) => {
      issued.push(wanted)
      return 'certificate'
    },
  }
  return { own, issued, bounds }
}

describe('the certificate of a service', () => {
  const request = certificateRequest(key(), 'writer')

  it('is signed by the authority of its app for an instance of the service', async () => {
    const { own, issued, bounds } = ports(`${OURS}/${ROLE}/i-0123456789abcdef0`)
    expect(await signClient(own, asked(request))).toEqual({
      certificate: 'certificate',
      instance: 'i-0123456789abcdef0',
    })
    expect(issued).toEqual([{ authority: AUTHORITY, request, seconds: 3600 }])
    expect(bounds).toEqual([boundTo('dev', request)])
    expect(bounds[0]).toMatch(/^nanofleet-dev-sign-client:[0-9a-f]{64}$/)
  })

  it('is asked for with what was checked, whatever stands around it', async () => {
    const { own, issued } = ports(`${OURS}/${ROLE}/i-0123456789abcdef0`)
    const other = certificateRequest(key(), 'reader')
    await signClient(own, asked(`for me\n${request}`)).catch(() => undefined)
    await signClient(own, asked(request + other)).catch(() => undefined)
    for (const wanted of issued) expect(wanted).toEqual({ authority: AUTHORITY, request, seconds: 3600 })
  })

  it.each([
    ['another service', `${OURS}/nanofleet-dev-events-reader-Role-1A2B/i-0123456789abcdef0`],
    ['another account', `arn:aws:sts::999999999999:assumed-role/${ROLE}/i-0123456789abcdef0`],
    ['a person with the role', `${OURS}/${ROLE}/somebody`],
    ['a longer session name', `${OURS}/${ROLE}/i-0123456789abcdef0/x`],
    ['a user', 'arn:aws:iam::111122223333:user/i-0123456789abcdef0'],
    ['a user named like the role', `arn:aws:iam::111122223333:assumed-role/${ROLE}/i-0123456789abcdef0`],
    ['a federated user', `arn:aws:sts::111122223333:federated-user/${ROLE}/i-0123456789abcdef0`],
    ['nobody', ''],
  ])('is refused to %s', async (_who, caller) => {
    const { own, issued } = ports(caller)
    await expect(signClient(own, asked(request))).rejects.toMatchObject({
      name: 'Refused',
      message: `events/writer: the proof is of ${caller}, not of an instance of it`,
    })
    expect(issued).toEqual([])
  })

  it('is not there for a service that uses no topics, or is not deployed', async () => {
    const { own } = ports(`${OURS}/${ROLE}/i-0123456789abcdef0`, {})
    await expect(signClient(own, asked(request))).rejects.toThrow(
      'events/writer is not a deployed service of dev that uses a Kafka cluster',
    )
    await expect(signClient(own, { ...asked(request), app: 'other' })).rejects.toMatchObject({
      name: 'NotFound',
    })
  })

  it.each([
    ['another name', certificateRequest(key(), 'reader'), 'its subject must be the common name writer'],
    [
      'a second name',
      keyWithRequest({ CommonName: 'writer', Organization: 'x' }, 'EC_prime256v1', 'SHA256WITHECDSA').csr,
      'its subject must be the common name writer and nothing else',
    ],
    [
      'addresses',
      keyWithRequest({ CommonName: 'writer' }, 'EC_prime256v1', 'SHA256WITHECDSA', ['10.0.0.1']).csr,
      'it must ask for nothing but a name',
    ],
    ['another curve', certificateRequest(key('P-384'), 'writer'), 'its key must be on the curve P-256'],
    ['a key that did not sign it', swapped(request), 'the request is not signed with its own key'],
    ['nonsense', 'nonsense', 'the request cannot be read'],
  ])('is refused for a request with %s', async (_what, request, sentence) => {
    const { own, issued, bounds } = ports(`${OURS}/${ROLE}/i-0123456789abcdef0`)
    const refused = expect(signClient(own, asked(request))).rejects
    await refused.toMatchObject({ name: 'InvalidInput', message: expect.stringContaining(sentence) })
    expect([...issued, ...bounds]).toEqual([])
  })
})

/** The same request with another key, signed by the first one. */
function swapped(pem: string): string {
  const bytes = Buffer.from(pem.replace(/-----.*-----|\s/g, ''), 'base64')
  const at = bytes.indexOf(Buffer.from('034200', 'hex')) + 3
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  publicKey.export({ type: 'spki', format: 'der' }).subarray(-65).copy(bytes, at)
  return `-----BEGIN CERTIFICATE REQUEST-----\n${bytes.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`
}
