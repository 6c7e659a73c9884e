import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { AwsV4Signer } from 'aws4fetch'
import { signedCall } from '../../adapters/aws/signed-call.ts'
import { stackOutputs } from '../../adapters/aws/stack-outputs.ts'
import { controlPlane } from '../../apps/lib/identity/control-plane.ts'
import type { Issuer } from '../../apps/lib/identity/issuer.ts'
import { certificateRequest, pem } from '../../apps/lib/identity/request.ts'
import type { Context } from '../../cli/context.ts'
import { appStack } from '../../core/base/names.ts'
import { serviceInstances } from '../../scripts/demo/local-instances.ts'
import { instanceCredentials } from '../iam/instance-credentials.ts'
import { edit, pushChanged } from './source.ts'
import { clientSettings, regionOf } from './stage.ts'

/** Pushes the app with certificates that live for a minute. */
export async function pushEventsApp(context: Context): Promise<void> {
  await pushChanged(context, 'events', async (root) => {
    const life = "    env: {CERTIFICATE_LIFE: '60s'}\n"
    const manifest = join(root, 'images/events/app.yml')
    for (const topics of ['{write: [events]}', '{read: [events], write: [events-dead]}'])
      await edit(manifest, `    kafka: ${topics}\n`, `    kafka: ${topics}\n${life}`)
  })
}

export interface Asking {
  /** Whose credentials sign the proof. */
  as: 'node-app' | 'go-app'
  /** `<function>:<app>/<service>` */
  identity?: string
  seconds?: number
}

/** The control plane's issuer with the credentials of a running instance. */
export async function issuerOf(context: Context, { as, identity, seconds }: Asking): Promise<Issuer> {
  const { endpoint, region } = clientSettings(context)
  const [instance] = await serviceInstances(regionOf(context), 'events', as)
  return controlPlane({
    seconds,
    credentials: () => instanceCredentials(instance?.privateIp ?? ''),
    environment: {
      NANOFLEET_IDENTITY: identity ?? `nanofleet-${context.stage}-sign-client:events/${as}`,
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: region,
    },
  })
}

export const newKey = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey

/** The certificate of the app's authority, PEM. */
export async function authorityOf(context: Context): Promise<string> {
  const { endpoint, region, credentials } = clientSettings(context)
  const { KafkaAuthorityArn } = await stackOutputs(
    context.cloudFormation(),
    appStack(context.stage, 'events'),
  )
  const { Certificate } = (await signedCall(
    { region, endpoint: () => endpoint, credentials },
    {
      service: 'acm-pca',
      headers: {
        'Content-Type': 'application/x-amz-json-1.1',
        'X-Amz-Target': 'ACMPrivateCA.GetCertificateAuthorityCertificate',
      },
      body: JSON.stringify({ CertificateAuthorityArn: KafkaAuthorityArn }),
    },
  )) as { Certificate: string }
  return Certificate
}

/** What `GET /feed` tells a page that opens now: what happened lately. */
export async function feedText(url: string): Promise<string> {
  const { host, port } = new URL(url)
  const asked = request({ host: '127.0.0.1', port, path: '/feed', headers: { host }, timeout: 10_000 })
  asked.end()
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  let text = ''
  for await (const chunk of answer) {
    text += chunk
    if (text.includes('event: live')) break
  }
  asked.destroy()
  return text
}

export interface Forged {
  /** Name of the function that the proof is for; the stage's own when absent. */
  boundTo?: string
  /** A request other than the one that is sent. */
  of?: Buffer
  minutesAgo?: number
  /** Another signature than the right one. */
  signature?: string
}

/** What `node-app` would send, with a proof that differs from the right one. */
export async function forgedRequest(context: Context, forged: Forged): Promise<object> {
  const { endpoint, region } = clientSettings(context)
  const [instance] = await serviceInstances(regionOf(context), 'events', 'node-app')
  const credentials = await instanceCredentials(instance?.privateIp ?? '')
  const own = certificateRequest(newKey(), 'node-app')
  const name = forged.boundTo ?? `nanofleet-${context.stage}-sign-client`
  const digest = createHash('sha256')
    .update(forged.of ?? own)
    .digest('hex')
  const at = new Date(Date.now() - (forged.minutesAgo ?? 0) * 60_000).toISOString()
  const datetime = at.replace(/[-:]|\.\d+/g, '')
  const { headers } = await new AwsV4Signer({
    ...{ url: `${endpoint}/`, method: 'POST', service: 'sts', region, datetime, allHeaders: true },
    ...credentials,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-nanofleet-proof': `${name}:${digest}`,
    },
    body: 'Action=GetCallerIdentity&Version=2011-06-15',
  }).sign()
  const signature = headers.get('authorization')?.split('Signature=')[1]
  const { accessKeyId, sessionToken } = credentials
  const proof = { accessKeyId, date: datetime, sessionToken, signature: forged.signature ?? signature }
  return { app: 'events', service: 'node-app', request: pem(own), proof }
}
