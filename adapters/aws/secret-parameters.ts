import {
  DeleteParametersCommand,
  GetParametersCommand,
  PutParameterCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm'
import { ServiceFailure, ServiceRefusal } from '../../core/base/errors.ts'
import { secretParameter } from '../../core/base/names.ts'
import { SECRETS, type SecretName } from '../../core/secrets/secrets.ts'

/** The secrets of an app in Parameter Store, encrypted under the account's key alias/aws/ssm. */
export class SecretParameters {
  readonly #client: SSMClient
  readonly #stage: string
  readonly #app: string

  constructor(client: SSMClient, stage: string, app: string) {
    this.#client = client
    this.#stage = stage
    this.#app = app
  }

  /**
   * The secrets that are there, of all or of these.
   * @throws {ServiceRefusal} when Parameter Store does not allow it, {ServiceFailure} when it does not answer
   */
  async read(names: readonly SecretName[] = SECRETS): Promise<Map<SecretName, string>> {
    const byName = new Map(names.map((name) => [this.#parameter(name), name]))
    // Ten at most, which all of them are below (Systems Manager API Reference, GetParameters).
    const command = new GetParametersCommand({ Names: [...byName.keys()], WithDecryption: true })
    const answer = await this.#client.send(command).catch((cause: Error) => {
      const Failure = cause.name === 'AccessDeniedException' ? ServiceRefusal : ServiceFailure
      throw new Failure(`the secrets of ${this.#app} cannot be read: ${cause.message}`, { cause })
    })
    const found = new Map<SecretName, string>()
    for (const { Name = '', Value = '' } of answer.Parameters ?? []) {
      const name = byName.get(Name)
      if (name !== undefined) found.set(name, Value)
    }
    return found
  }

  async write(secrets: ReadonlyMap<SecretName, string>): Promise<void> {
    for (const [name, Value] of secrets)
      await this.#client.send(
        new PutParameterCommand({
          Name: this.#parameter(name),
          Value,
          Type: 'SecureString',
          Overwrite: true,
          Description: `Secret of ${this.#app}, made by nanofleet`,
        }),
      )
  }

  /** Removes all of them; one that is not there is none. */
  async remove(): Promise<void> {
    const Names = SECRETS.map((name) => this.#parameter(name))
    await this.#client.send(new DeleteParametersCommand({ Names }))
  }

  #parameter(name: SecretName): string {
    return secretParameter(this.#stage, this.#app, name)
  }
}
