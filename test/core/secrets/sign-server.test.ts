import { generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { randomSecrets } from '../../../adapters/consul/secret-maker.ts'
import { InvalidInput, NotFound } from '../../../core/base/errors.ts'
import type { InstanceState } from '../../../core/base/instances.ts'
import { missingSecrets } from '../../../core/secrets/secrets.ts'
import { type SignPorts, signServer } from '../../../core/secrets/sign-server.ts'
import { MemoryInstances } from '../../support/memory-instances.ts'

const SERVER = { consulcloud: 'consulserver', 'nanofleet:stage': 'dev' }

const pem = (key: KeyObject): string =>
  key.export({ type: key.type === 'public' ? 'spki' : 'pkcs8', format: 'pem' }).toString()
const fresh = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' })

describe('the signing of servers', () => {
  const instances = new MemoryInstances('vpc-1')
  const secrets = missingSecrets(new Map(), randomSecrets)
  const ports: SignPorts = {
    stage: { name: 'dev', vpcId: 'vpc-1' },
    instances,
    secrets: { read: async () => secrets },
    serial: () => Buffer.from([7]),
    now: () => new Date(),
  }
  const sign = (instance: string, publicKey = pem(fresh().publicKey)) =>
    signServer(ports, { instance, publicKey })

  it.each(['running', 'pending'] as const)(
    'gives a %s server a certificate for the address in EC2',
    async (state) => {
      const { id, address } = instances.launch(SERVER, state)
      const { publicKey } = fresh()
      const read = new X509Certificate((await sign(id, pem(publicKey))).certificate)
      expect(read.checkIP(address)).toBe(address)
      expect(read.publicKey.equals(publicKey)).toBe(true)
      expect(read.checkIssued(new X509Certificate(secrets.get('ca-certificate') ?? ''))).toBe(true)
    },
  )

  it.each<[string, Record<string, string>, InstanceState, string]>([
    ['a service', { ...SERVER, consulcloud: 'service' }, 'running', 'vpc-1'],
    ['a server of another stage', { ...SERVER, 'nanofleet:stage': 'prod' }, 'running', 'vpc-1'],
    ['a server in another VPC', SERVER, 'running', 'vpc-2'],
    ['a server that is going', SERVER, 'shutting-down', 'vpc-1'],
    ['a server that has stopped', SERVER, 'stopped', 'vpc-1'],
  ])('gives nothing to %s', async (_what, tags, state, vpcId) => {
    const { id } = instances.launch(tags, state, vpcId)
    await expect(sign(id)).rejects.toThrow(NotFound)
    await expect(sign(id)).rejects.toThrow(`${id} is not a running Consul server of the stage dev`)
  })

  it('gives nothing to an instance that EC2 does not show', async () => {
    await expect(sign('i-0')).rejects.toThrow(NotFound)
  })

  it('signs with the authority that comes first', async () => {
    const { id } = instances.launch(SERVER)
    const next = randomSecrets.authority()
    const standing = secrets.get('ca') ?? ''
    const read = async (ca: string) => {
      const changed = { ...ports, secrets: { read: async () => new Map([['ca' as const, ca]]) } }
      const { certificate } = await signServer(changed, { instance: id, publicKey: pem(fresh().publicKey) })
      return new X509Certificate(certificate)
    }
    const issued = new X509Certificate(next.certificate)
    expect((await read(next.key + next.certificate + standing)).checkIssued(issued)).toBe(true)
    expect((await read(standing + next.key + next.certificate)).checkIssued(issued)).toBe(false)
    const none = { ...ports, secrets: { read: async () => new Map() } }
    await expect(signServer(none, { instance: id, publicKey: pem(fresh().publicKey) })).rejects.toThrow(
      'the platform has no authority; deploy it first',
    )
    await expect(read('')).rejects.toThrow('the platform has no authority; deploy it first')
  })

  it.each([
    ['nothing that can be read', 'no key'],
    ['half a key', '-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n'],
    ['a private key', pem(fresh().privateKey)],
    ['another curve', pem(generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).publicKey)],
    ['another kind of key', pem(generateKeyPairSync('ed25519').publicKey)],
  ])('refuses %s', async (_what, key) => {
    const { id } = instances.launch(SERVER)
    await expect(sign(id, key)).rejects.toThrow(InvalidInput)
    await expect(sign(id, key)).rejects.toThrow('publicKey: must be a public key on the curve P-256, PEM')
  })
})
