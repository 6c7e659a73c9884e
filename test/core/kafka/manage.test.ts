import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import type { KafkaRequest } from '../../../core/kafka/door.ts'
import { type ManagePorts, manageKafka } from '../../../core/kafka/manage.ts'
import { certificateRequest } from '../../../core/kafka/request.ts'
import { parseManifest } from '../../../core/manifest/manifest.ts'
import { readRequest } from '../../../core/secrets/certificate-request.ts'

const KAFKA = 'resources: r.yml\nkafka:\n  cluster: Events\n  topics: { orders: { partitions: 1 } }\n'
const manifest = (kafka: string) => parseManifest(`app: shop\n${kafka}services:\n  page: {}\n`, 'app.yml')

function ports(kafka = KAFKA, outputs: Record<string, string> = {}) {
  const asked: KafkaRequest[] = []
  const issued: { authority: string; request: string; seconds: number }[] = []
  const own: ManagePorts = {
    stage: 'dev',
    stacks: { find: async () => ({ outputs }) },
    releases: { current: async (app) => (app === 'shop' ? { bundle: 'b1' } : undefined) },
    bundles: { read: async () => ({ bundle: { manifest: manifest(kafka) } }) },
    runs: { read: async () => ({ app: 'shop', bundle: 'b1', back: true }) },
    brokers: async (cluster) => `brokers of ${cluster}`,
    identity: (name) => ({ key: 'key', request: `request of ${name}` }),
    certificate: async (wanted) => {
      issued.push(wanted)
      return 'certificate'
    },
    door: async (request) => {
      asked.push(request)
      return { created: [], grown: [], allowed: 0, forbidden: 0 }
    },
  }
  return { asked, issued, own }
}
const STACK = { KafkaClusterArn: 'cluster', KafkaAuthorityArn: 'authority' }

describe('topics and rights of a deployment', () => {
  it('are set by the function inside, with a certificate for an hour that is made for this call', async () => {
    const { own, asked, issued } = ports(KAFKA, STACK)
    await manageKafka(own, { plan: { execution: 'run', name: 'deploy' } })
    expect(issued).toEqual([{ authority: 'authority', request: 'request of nanofleet.kafka', seconds: 3600 }])
    const { app, kafka, services } = manifest(KAFKA)
    const entrance = { brokers: 'brokers of cluster', certificate: 'certificate', key: 'key' }
    expect(asked).toEqual([{ entrance, declared: { app, kafka, services }, back: true }])
  })

  it('are asked for by the name of the app, of the release that runs', async () => {
    const { own, asked } = ports(KAFKA, STACK)
    await manageKafka(own, { app: 'shop' })
    expect(asked).toMatchObject([{ topics: ['orders'] }])
  })

  it.each([
    ['shop', '', STACK, 'shop has no Kafka cluster: its app.yml has no key kafka'],
    ['shop', KAFKA, {}, 'stack nanofleet-dev-shop has no Kafka cluster yet; deploy shop again'],
    ['other', KAFKA, STACK, 'other is not deployed'],
  ])('are not there for %s with %j: %s', async (app, kafka, outputs, sentence) => {
    const { own } = ports(kafka, outputs)
    await expect(manageKafka(own, { app })).rejects.toThrow(sentence)
  })
})

it('a request for a certificate holds its name and key, and is signed with that key', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const read = readRequest(certificateRequest(privateKey, 'page'))
  expect(read.key.equals(publicKey.export({ type: 'spki', format: 'der' }))).toBe(true)
  expect([read.subject.includes('page'), read.alternatives]).toEqual([true, undefined])
})
