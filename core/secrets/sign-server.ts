import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { InvalidInput, NotFound } from '../base/errors.ts'
import { type InstanceSource, isGoing, isServer } from '../base/instances.ts'
import { TAG } from '../base/names.ts'
import { serverCertificate } from './authority.ts'
import { AUTHORITY, authorities, certificates, type SecretName } from './secrets.ts'

export interface SignPorts {
  stage: { name: string; vpcId: string }
  instances: Pick<InstanceSource, 'confirm'>
  secrets: { read(names: readonly SecretName[]): Promise<Map<SecretName, string>> }
  /** A fresh serial number. */
  serial(): Uint8Array
  now(): Date
}

/** What a Consul server asks for: its instance id, and the public key (PEM) of the key that it made. */
export interface SignRequest {
  instance: string
  publicKey: string
}

/**
 * A certificate for a Consul server, signed by the authority in use. Its address is the one that EC2 shows,
 * and only a server of this stage gets one: a caller chooses neither whom it is for nor what it allows.
 * @throws {NotFound} when EC2 shows no such server, as it may for a moment after the launch, or there is no
 * authority
 * @throws {InvalidInput} for anything but a public key on the curve P-256
 */
export async function signServer(ports: SignPorts, request: SignRequest): Promise<{ certificate: string }> {
  const publicKey = publicKeyOf(request.publicKey)
  const address = await addressOf(ports, request.instance)
  const [inUse] = authorities((await ports.secrets.read([AUTHORITY])).get(AUTHORITY) ?? '')
  if (inUse === undefined) throw new NotFound('the platform has no authority; deploy it first')
  const authority = { key: createPrivateKey(inUse), certificate: certificates(inUse) }
  const certificate = serverCertificate(authority, {
    publicKey,
    address,
    serial: ports.serial(),
    now: ports.now(),
  })
  return { certificate }
}

async function addressOf({ stage, instances }: SignPorts, id: string): Promise<string> {
  const [found] = await instances.confirm([id])
  const ours = found?.vpcId === stage.vpcId && found.tags[TAG.stage] === stage.name && isServer(found)
  if (!ours || isGoing(found) || found.address === '')
    throw new NotFound(`${id} is not a running Consul server of the stage ${stage.name}`)
  return found.address
}

function publicKeyOf(pem: string): KeyObject {
  const refuse = (cause?: unknown) =>
    new InvalidInput('publicKey', 'must be a public key on the curve P-256, PEM', undefined, { cause })
  // Node would also take a private key, or a certificate, and find the public key in it.
  if (!pem.startsWith('-----BEGIN PUBLIC KEY-----')) throw refuse()
  let key: KeyObject
  try {
    key = createPublicKey(pem)
  } catch (cause) {
    throw refuse(cause)
  }
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw refuse()
  return key
}
