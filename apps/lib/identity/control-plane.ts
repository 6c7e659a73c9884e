import { createHash } from 'node:crypto'
import { AwsV4Signer } from 'aws4fetch'
import { readMetadata } from '../metadata.ts'
import { type Issuer, IssuerRefusal } from './issuer.ts'
import { pem } from './request.ts'

export interface ControlPlaneOptions {
  /** How long certificates are to be valid; the control plane's usual time when absent. */
  seconds?: number | undefined
  environment?: NodeJS.ProcessEnv
  /** The credentials of the instance's role. */
  credentials?: () => Promise<Credentials>
}

export interface Credentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken: string
}

const ANSWER_MS = 20_000
const BODY = 'Action=GetCallerIdentity&Version=2011-06-15'
const REFUSED = ['Refused', 'InvalidInput', 'NotFound']

/**
 * The function of the control plane that has certificates signed; docs/kafka.md, "A service's certificate",
 * has what is sent.
 * @throws Error without NANOFLEET_IDENTITY, which the control plane gives to services with the key `kafka`
 */
export function controlPlane({
  seconds,
  environment = process.env,
  credentials = ownCredentials,
}: ControlPlaneOptions = {}): Issuer {
  const [, functionName, app, service] =
    /^([\w-]+):([\w-]+)\/([\w-]+)$/.exec(environment.NANOFLEET_IDENTITY ?? '') ?? []
  if (!functionName || !app || !service)
    throw new Error('NANOFLEET_IDENTITY is not set; give the service the key kafka in app.yml')
  const call = async (name: string, own: Own, init: SignedInit) => signed(environment, name, own, init)
  return {
    name: service,
    async issue(request) {
      const own = { region: await ownRegion(environment), ...(await credentials()) }
      const bound = `${functionName}:${createHash('sha256').update(request).digest('hex')}`
      const proof = await call('sts', own, {
        path: '/',
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-nanofleet-proof': bound },
        body: BODY,
      })
      const body = JSON.stringify({
        app,
        service,
        request: pem(request),
        ...(seconds !== undefined && { seconds }),
        proof: {
          accessKeyId: own.accessKeyId,
          date: proof.headers.get('x-amz-date'),
          sessionToken: own.sessionToken,
          signature: /Signature=([0-9a-f]{64})$/.exec(proof.headers.get('authorization') ?? '')?.[1],
        },
      })
      const path = `/2015-03-31/functions/${functionName}/invocations`
      const { url, headers } = await call('lambda', own, { path, headers: {}, body })
      const signal = AbortSignal.timeout(ANSWER_MS)
      return await read(functionName, await fetch(url, { method: 'POST', headers, body, signal }))
    },
  }
}

type Own = Credentials & { region: string }
interface SignedInit {
  path: string
  headers: Record<string, string>
  body: string
}

/** A call with its signature in the headers, all of which are signed. */
async function signed(environment: NodeJS.ProcessEnv, service: string, own: Own, init: SignedInit) {
  const { path, headers, body } = init
  const url = new URL(path, await endpoint(environment, service, own.region)).href
  return await new AwsV4Signer({
    url,
    service,
    ...own,
    method: 'POST',
    headers,
    body,
    allHeaders: true,
  }).sign()
}

async function endpoint(environment: NodeJS.ProcessEnv, service: string, region: string): Promise<string> {
  const given = environment[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] ?? environment.AWS_ENDPOINT_URL
  return given ?? `https://${service}.${region}.${await metadata('services/domain')}/`
}

async function read(functionName: string, answer: Response): Promise<string> {
  const text = await answer.text()
  const said = parsed(text)
  if (!answer.ok) throw new Error(`Lambda answers ${answer.status}: ${text.slice(0, 300)}`)
  if (answer.headers.has('x-amz-function-error')) {
    const { errorType = 'Error', errorMessage = '' } = said
    const sentence = `${functionName} says ${errorType}: ${errorMessage}`
    throw REFUSED.includes(errorType) ? new IssuerRefusal(sentence) : new Error(sentence)
  }
  if (said.certificate) return said.certificate
  throw new Error(`${functionName} answers without a certificate`)
}

function parsed(text: string): { certificate?: string; errorType?: string; errorMessage?: string } {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}

const ownRegion = async (environment: NodeJS.ProcessEnv): Promise<string> =>
  environment.AWS_REGION ?? (await metadata('placement/region'))

/** Those of the instance's role, new each time: a certificate is asked for every few hours. */
async function ownCredentials(): Promise<Credentials> {
  const role = await metadata('iam/security-credentials/')
  const { AccessKeyId, SecretAccessKey, Token } = JSON.parse(
    await metadata(`iam/security-credentials/${role}`),
  ) as Record<string, string>
  return {
    accessKeyId: AccessKeyId ?? '',
    secretAccessKey: SecretAccessKey ?? '',
    sessionToken: Token ?? '',
  }
}

async function metadata(path: string): Promise<string> {
  const value = await readMetadata(path)
  if (value === null) throw new Error(`the metadata service has no ${path}`)
  return value
}
