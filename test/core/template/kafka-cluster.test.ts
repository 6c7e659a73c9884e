import { describe, expect, it } from '@jest/globals'
import { readApp } from '../../../core/template/app-folder.ts'
import { boundaries } from '../../../core/template/boundaries.ts'
import { companions } from '../../../core/template/companions.ts'
import { importKey } from '../../../core/template/data-types.ts'
import { serviceTemplate } from '../../../core/template/service.ts'
import { SAMPLE_STAGES } from '../../../scripts/sample-stages.ts'
import { repositoryApps } from '../../apps/apps.ts'
import { CLUSTER, kafkaFiles, manifestOf } from '../../live/kafka-app.ts'

async function pieces(manifest = manifestOf(), change: (text: string) => string = (text) => text) {
  return readApp('events', new Map(Object.entries(await kafkaFiles(manifest, change(CLUSTER)))))
}

describe('an app with a Kafka cluster', () => {
  it('is read, with what stays with its cluster', async () => {
    const { resources } = await pieces()
    expect(companions(resources as never, 'Events').toSorted()).toEqual([
      'Activation',
      'Authority',
      'AuthorityCertificate',
      'Brokers',
      'Settings',
    ])
    expect(companions(resources as never, 'Settings')).toEqual([])
  })

  it.each([
    [
      'InstanceType: kafka.t3.small\n        SecurityGroups: [!GetAtt Brokers.GroupId]',
      'InstanceType: kafka.t3.small',
      "BrokerNodeGroupInfo.SecurityGroups: must begin with a security group of the app's own",
    ],
    [
      '[!Ref Activation]',
      '[!Ref Settings]',
      "ClientAuthentication.Tls.CertificateAuthorityArnList: must name a certificate authority of the app's own",
    ],
    [
      'ClientAuthentication: {',
      'ClientAuthentication: { Unauthenticated: { Enabled: true },',
      'ClientAuthentication.Unauthenticated: lets in clients without a certificate; remove it',
    ],
    [
      `ClusterName: !Sub nanofleet-\${Stage}-events`,
      'ClusterName: events',
      `must begin with the names of the stage and the app; write !Sub nanofleet-\${Stage}-events`,
    ],
  ])('refuses %j as %j: %s', async (from, to, sentence) => {
    await expect(pieces(undefined, (text) => text.replace(from, to))).rejects.toThrow(sentence)
  })

  it.each([
    [
      ', replication: 4',
      'kafka.topics.orders.replication: 4 copies need as many brokers, and the cluster has 3',
    ],
    [', copies: 3', 'kafka.topics.orders.copies: unknown key; known are config, partitions, replication'],
  ])('refuses topics with %j in one sentence', async (more, sentence) => {
    await expect(pieces(manifestOf(2, more))).rejects.toThrow(sentence)
  })

  it.each([
    [
      'retention.ms',
      'retention.msec',
      'kafka.topics.orders.config.retention.msec: "retention.msec" is no setting of a topic; did you mean "retention.ms"?',
    ],
    [
      'cluster: Events',
      'cluster: Event',
      'kafka.cluster: the resources have no AWS::MSK::Cluster "Event"; did you mean "Events"?',
    ],
    [
      'read: [orders]',
      'read: [order]',
      'services.page.kafka.read.0: app events has no topic "order"; did you mean "orders"?',
    ],
  ])('refuses %s as %s: %s', async (from, to, sentence) => {
    await expect(pieces(manifestOf().replace(from, to))).rejects.toThrow(sentence)
  })
})

it('what stays with a cluster is imported by the keys of its type', () => {
  const authority = 'arn:aws:acm-pca:eu-west-1:1:certificate-authority/a'
  const certificate = `${authority}/certificate/7`
  expect([
    importKey('AWS::ACMPCA::Certificate', certificate),
    importKey('AWS::ACMPCA::CertificateAuthorityActivation', authority),
    importKey('AWS::EC2::SecurityGroup', 'sg-1'),
  ]).toEqual([
    { Arn: certificate, CertificateAuthorityArn: authority },
    { CertificateAuthorityArn: authority },
    { Id: 'sg-1' },
  ])
})

describe('a service with topics', () => {
  const arn = `arn:\${AWS::Partition}:lambda:\${AWS::Region}:\${AWS::AccountId}:function:`
  const [stage] = SAMPLE_STAGES
  const templateOf = async (app: string, service: string) => {
    const bundle = (await repositoryApps()).find(({ manifest }) => manifest.app === app)
    if (!bundle || !stage) throw new Error(`there is no app ${app}`)
    const { Resources, Outputs } = serviceTemplate({ bundle, service, stage })
    return { text: JSON.stringify(Resources), outputs: Object.keys(Outputs ?? {}), role: Resources.Role }
  }

  it('may ask for its certificate, is told where, and is known by its role', async () => {
    const { text, outputs, role } = await templateOf('events', 'node-app')
    const [policy] = (role?.Properties?.Policies ?? []) as [{ PolicyDocument: { Statement: unknown[] } }]
    expect(policy.PolicyDocument.Statement).toEqual([
      {
        Effect: 'Allow',
        Action: ['lambda:InvokeFunction'],
        Resource: { 'Fn::Sub': `${arn}nanofleet-${stage?.name}-sign-client` },
      },
    ])
    expect(text).toContain(`"NANOFLEET_IDENTITY=nanofleet-${stage?.name}-sign-client:events/node-app"`)
    expect(outputs).toContain('RoleName')
  })

  it('is the only one that has any of this', async () => {
    const { text, outputs } = await templateOf('web', 'web')
    expect([text.includes('sign-client'), outputs.includes('RoleName')]).toEqual([false, false])
  })

  it('may call no other function of the control plane, whatever its policies say', () => {
    const { AppsBoundary } = boundaries({ name: 'dev' }).Resources
    const { PolicyDocument } = (AppsBoundary?.Properties ?? {}) as {
      PolicyDocument: { Statement: Record<string, unknown>[] }
    }
    const invoking = PolicyDocument.Statement.filter(({ Effect, Action }) => {
      return Effect === 'Allow' && [Action].flat().some((action) => /^lambda:|^\*/.test(String(action)))
    })
    expect(invoking).toEqual([
      {
        Effect: 'Allow',
        Action: 'lambda:InvokeFunction',
        NotResource: { 'Fn::Sub': `${arn}nanofleet-*` },
      },
      {
        Effect: 'Allow',
        Action: 'lambda:InvokeFunction',
        Resource: { 'Fn::Sub': `${arn}nanofleet-dev-sign-client` },
      },
    ])
  })
})
