import { DeleteSecurityGroupCommand, type EC2Client } from '@aws-sdk/client-ec2'
import type { StackPart } from '../../core/template/stacks.ts'
import { type AwsAccess, AwsRefusal, signedCall } from './signed-call.ts'

const LOOKS = 50
const PAUSE_MS = 5000
/** AWS keeps a deleted authority for at least so long, in case that somebody wants it back. */
const RESTORABLE_DAYS = 7

/** Deletes Kafka clusters, and what stays with a kept one. */
export class KafkaRemover {
  readonly #access: AwsAccess
  readonly #ec2: () => EC2Client
  readonly #sleep: (ms: number) => Promise<unknown>

  constructor(access: AwsAccess, ec2: () => EC2Client, sleep: (ms: number) => Promise<unknown>) {
    this.#access = access
    this.#ec2 = ec2
    this.#sleep = sleep
  }

  /** @returns whether it was of a type that it knows */
  async remove({ type, id }: StackPart): Promise<boolean> {
    switch (type) {
      case 'AWS::MSK::Cluster':
        await this.#cluster(id)
        return true
      case 'AWS::MSK::Configuration':
        await this.#kafka('DELETE', `configurations/${encodeURIComponent(id)}`)
        return true
      case 'AWS::EC2::SecurityGroup':
        await this.#group(id)
        return true
      case 'AWS::ACMPCA::CertificateAuthorityActivation':
        await this.#authority('UpdateCertificateAuthority', {
          CertificateAuthorityArn: id,
          Status: 'DISABLED',
        })
        return true
      case 'AWS::ACMPCA::CertificateAuthority':
        await this.#authority('DeleteCertificateAuthority', {
          CertificateAuthorityArn: id,
          PermanentDeletionTimeInDays: RESTORABLE_DAYS,
        })
        return true
      // A certificate is a record of its authority.
      case 'AWS::ACMPCA::Certificate':
        return true
      default:
        return false
    }
  }

  /** MSK takes minutes; what the cluster uses can only go after it. */
  async #cluster(arn: string): Promise<void> {
    const path = `clusters/${encodeURIComponent(arn)}`
    if (!(await this.#kafka('DELETE', path))) return
    for (let look = 0; look < LOOKS && (await this.#kafka('GET', path)); look++) await this.#sleep(PAUSE_MS)
  }

  /** @returns false for what does not exist */
  async #kafka(method: 'GET' | 'DELETE', path: string): Promise<boolean> {
    try {
      await signedCall(this.#access, { service: 'kafka', method, path: `/v1/${path}` })
      return true
    } catch (error) {
      if (error instanceof AwsRefusal && error.code === 'NotFoundException') return false
      throw error
    }
  }

  async #group(id: string): Promise<void> {
    try {
      await this.#ec2().send(new DeleteSecurityGroupCommand({ GroupId: id }))
    } catch (error) {
      if (!(error instanceof Error && error.name === 'InvalidGroup.NotFound')) throw error
    }
  }

  /** One that is deleted already, or disabled, counts as done. */
  async #authority(name: string, input: object): Promise<void> {
    try {
      await signedCall(this.#access, {
        service: 'acm-pca',
        headers: { 'Content-Type': 'application/x-amz-json-1.1', 'X-Amz-Target': `ACMPrivateCA.${name}` },
        body: JSON.stringify(input),
      })
    } catch (error) {
      const known = ['ResourceNotFoundException', 'InvalidStateException']
      if (!(error instanceof AwsRefusal && known.includes(error.code))) throw error
    }
  }
}
