import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { signedCall } from '../../adapters/aws/signed-call.ts'
import { stackOutputs } from '../../adapters/aws/stack-outputs.ts'
import { controlPlane } from '../../apps/lib/identity/control-plane.ts'
import type { Issuer } from '../../apps/lib/identity/issuer.ts'
import type { Context } from '../../cli/context.ts'
import { appStack } from '../../core/base/names.ts'
import { serviceInstances } from '../../scripts/demo/local-instances.ts'
import { ROOT } from '../apps/apps.ts'
import { instanceCredentials } from '../iam/instance-credentials.ts'
import { edit, pushChanged } from './source.ts'
import { clientSettings, regionOf } from './stage.ts'

/** Pushes the app with certificates that live for a minute. */
export async function pushEventsApp(context: Context): Promise<void> {
  await pushChanged(context, 'events', async (root) => {
    const images = join(root, 'images/events')
    const life = "    env: {CERTIFICATE_LIFE: '60s'}\n"
    const kafka = '    kafka: {write: [events]}\n'
    await edit(join(images, 'app.yml'), kafka, kafka + life)
    if (existsSync(join(ROOT, 'images/events/go-app'))) return
    await edit(join(images, 'app.yml'), 'source: apps/events/go-app', 'source: apps/web')
    await cp(join(images, 'node-app'), join(images, 'go-app'), { recursive: true })
    await edit(join(images, 'go-app/config.json'), '8080', '8081')
    await edit(join(images, 'go-app/consul.json'), '8080', '8081')
    await edit(join(images, 'go-app/consul.json'), 'HEALTHROUTE:8080', 'HEALTHROUTE:8081')
    await edit(join(images, 'go-app/consul.json'), 'events-node-app', 'events-go-app')
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
