import { createHash, createPublicKey } from 'node:crypto'
import { InvalidInput, NanofleetError, NotFound } from '../base/errors.ts'
import { appStack, controlName, serviceStack } from '../base/names.ts'
import { bytesOf, MalformedRequest, readRequest, textOf } from '../secrets/certificate-request.ts'
import { der, identifier, sequence, set } from '../secrets/der.ts'

/** The one that asks is not the service that it says it is. */
export class Refused extends NanofleetError {}

/** What of a signed call of STS the caller chooses; the rest of the call is ours. */
export interface Proof {
  accessKeyId: string
  date: string
  sessionToken: string
  signature: string
}

/** What a service asks for; docs/kafka.md, "A service's certificate". */
export interface ClientRequest {
  app: string
  service: string
  /** PEM. */
  request: string
  /** How long the certificate is to be valid. */
  seconds: number
  proof: Proof
}

export interface SignClientPorts {
  /** Name of the stage. */
  stage: string
  stacks: { find(name: string): Promise<{ outputs: Record<string, string> } | undefined> }
  /**
   * Whose signature a proof is.
   * @param bound what the proof is good for; the signature covers it
   * @returns the ARN of the session
   * @throws {Refused} in the words of STS
   */
  caller(proof: Proof, bound: string): Promise<string>
  certificate(asked: { authority: string; request: string; seconds: number }): Promise<string>
}

export interface SignedClient {
  certificate: string
  /** Instance, as the session is named. */
  instance: string
}

/**
 * A certificate for a service, signed by the authority of its app. Its name is the service's, and only an
 * instance with the role of that service gets it: the proof is a signature with the role's credentials.
 * @throws {Refused} for anybody else
 * @throws {InvalidInput} for a request that asks for anything but a name for a key on the curve P-256
 * @throws {NotFound} for an app without a cluster
 */
export async function signClient(ports: SignClientPorts, asked: ClientRequest): Promise<SignedClient> {
  checkRequest(asked)
  const caller = await ports.caller(asked.proof, boundTo(ports.stage, asked.request))
  const [of, app] = await Promise.all([
    ports.stacks.find(serviceStack(ports.stage, asked.app, asked.service)),
    ports.stacks.find(appStack(ports.stage, asked.app)),
  ])
  const authority = app?.outputs.KafkaAuthorityArn
  const role = of?.outputs.RoleName
  if (!authority || !role)
    throw new NotFound(
      `${asked.app}/${asked.service} is not a deployed service of ${ports.stage} that uses a Kafka cluster`,
    )
  const instance = instanceOf(caller, { account: accountOf(authority), role })
  if (instance === undefined)
    throw new Refused(`${asked.app}/${asked.service}: the proof is of ${caller}, not of an instance of it`)
  // Written anew: the authority gets what was checked here, and nothing that stood around it.
  const request = textOf(bytesOf(asked.request))
  return { certificate: await ports.certificate({ authority, request, seconds: asked.seconds }), instance }
}

/** What a proof is good for: one function, which is one stage's, and one key and name. */
export function boundTo(stage: string, request: string): string {
  const digest = createHash('sha256').update(bytesOf(request)).digest('hex')
  return `${controlName(stage, 'sign-client')}:${digest}`
}

const accountOf = (arn: string): string => arn.split(':')[4] ?? ''

/** `arn:<partition>:sts::<account>:assumed-role/<role>/<session>`; of an instance the session is its id. */
function instanceOf(caller: string, { account, role }: { account: string; role: string }) {
  const [, , service, , itsAccount, resource = ''] = caller.split(':')
  const [kind, itsRole, session = '', ...rest] = resource.split('/')
  const ours = service === 'sts' && itsAccount === account && kind === 'assumed-role' && itsRole === role
  return ours && rest.length === 0 && /^i-[0-9a-f]{8,17}$/.test(session) ? session : undefined
}

const COMMON_NAME = identifier('2.5.4.3')
const [UTF8, PRINTABLE] = [0x0c, 0x13]

function checkRequest({ request, service }: ClientRequest): void {
  const fault = faultOf(request, service)
  if (fault) throw new InvalidInput('input of sign-client: request', fault)
}

function faultOf(request: string, service: string): string | undefined {
  try {
    const { subject, key, more } = readRequest(request)
    const names = [UTF8, PRINTABLE].map((kind) =>
      sequence(set(sequence(COMMON_NAME, der(kind as number, Buffer.from(service))))),
    )
    if (!names.some((name) => name.equals(subject)))
      return `its subject must be the common name ${service} and nothing else`
    if (more) return 'it must ask for nothing but a name'
    const { asymmetricKeyDetails } = createPublicKey({ key, format: 'der', type: 'spki' })
    if (asymmetricKeyDetails?.namedCurve !== 'prime256v1') return 'its key must be on the curve P-256'
    return undefined
  } catch (error) {
    if (error instanceof MalformedRequest) return error.message
    throw error
  }
}
