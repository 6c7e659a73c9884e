import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Context } from '../../cli/context.ts'
import { ROOT } from '../apps/apps.ts'
import { pushChanged } from './source.ts'

/** The cluster of the app `events`: three brokers, each in a zone, for clients of its own authority. */
export const CLUSTER = `Resources:
  Authority:
    Type: AWS::ACMPCA::CertificateAuthority
    Properties:
      Type: ROOT
      UsageMode: SHORT_LIVED_CERTIFICATE
      KeyAlgorithm: EC_prime256v1
      SigningAlgorithm: SHA256WITHECDSA
      Subject: { CommonName: events }
  AuthorityCertificate:
    Type: AWS::ACMPCA::Certificate
    Properties:
      CertificateAuthorityArn: !Ref Authority
      CertificateSigningRequest: !GetAtt Authority.CertificateSigningRequest
      SigningAlgorithm: SHA256WITHECDSA
      TemplateArn: !Sub arn:\${AWS::Partition}:acm-pca:::template/RootCACertificate/V1
      Validity: { Type: YEARS, Value: 10 }
  Activation:
    Type: AWS::ACMPCA::CertificateAuthorityActivation
    Properties:
      CertificateAuthorityArn: !Ref Authority
      Certificate: !GetAtt AuthorityCertificate.Certificate
  Brokers:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: Brokers of events
      VpcId: !Ref VpcId
  Settings:
    Type: AWS::MSK::Configuration
    Properties:
      Name: !Sub nanofleet-\${Stage}-events
      ServerProperties: |
        auto.create.topics.enable=false
  Events:
    Type: AWS::MSK::Cluster
    Properties:
      ClusterName: !Sub nanofleet-\${Stage}-events
      KafkaVersion: 3.9.x.kraft
      NumberOfBrokerNodes: 3
      BrokerNodeGroupInfo:
        ClientSubnets: !Ref PrivateSubnets
        InstanceType: kafka.t3.small
        SecurityGroups: [!GetAtt Brokers.GroupId]
      ConfigurationInfo: { Arn: !Ref Settings, Revision: !GetAtt Settings.LatestRevision.Revision }
      ClientAuthentication: { Tls: { Enabled: true, CertificateAuthorityArnList: [!Ref Activation] } }
`

/** The app `events` of one service, which may read and write the topic `orders`. */
export const manifestOf = (partitions = 2, replication = ''): string => `app: events
requires: [platform]
resources: resources.yml
kafka:
  cluster: Events
  topics:
    orders: { partitions: ${partitions}${replication}, config: { retention.ms: 3600000 } }
    secrets: { partitions: 1 }
services:
  page:
    port: 8080
    source: apps/web
    instanceType: t3.micro
    count: 1
    kafka: { read: [orders], write: [orders] }
`

/** The files of the app, by their paths in its folder. */
export async function kafkaFiles(manifest: string, cluster = CLUSTER): Promise<Record<string, string>> {
  const definition = await readFile(join(ROOT, 'images/web/web/consul.json'), 'utf8')
  return {
    'app.yml': manifest,
    'resources.yml': cluster,
    'page/config.json': await readFile(join(ROOT, 'images/web/web/config.json'), 'utf8'),
    'page/consul.json': definition.replace('"name": "web"', '"name": "events-page"'),
  }
}

export async function pushEvents(context: Context, manifest = manifestOf()): Promise<void> {
  const files = await kafkaFiles(manifest)
  await pushChanged(context, 'events', async (root) => {
    for (const [path, text] of Object.entries(files)) {
      const file = join(root, 'images/events', path)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, text)
    }
  })
}
