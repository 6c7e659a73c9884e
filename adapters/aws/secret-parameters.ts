import {
  DeleteParametersCommand,
  GetParametersCommand,
  PutParameterCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm'
import { secretParameter } from '../../core/base/names.ts'
import { SECRETS, type SecretName } from '../../core/secrets/secrets.ts'
import { SecretReader, type SecretSource } from './secret-reader.ts'

/** The secrets of an app in Parameter Store, encrypted under the account's key alias/aws/ssm. */
export class SecretParameters implements SecretSource {
  readonly #client: SSMClient
  readonly #stage: string
  readonly #app: string
  readonly #reader: SecretReader

  constructor(client: SSMClient, stage: string, app: string) {
    this.#client = client
    this.#stage = stage
    this.#app = app
    this.#reader = new SecretReader((names) => this.#values(names), stage, app)
  }

  /** As `SecretReader` does. */
  async read(names: readonly SecretName[] = SECRETS): Promise<Map<SecretName, string>> {
    return await this.#reader.read(names)
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

  /** Removes all of them; a missing one is not an error. */
  async remove(): Promise<void> {
    const Names = SECRETS.map((name) => this.#parameter(name))
    await this.#client.send(new DeleteParametersCommand({ Names }))
  }

  async #values(Names: string[]): Promise<Map<string, string>> {
    const command = new GetParametersCommand({ Names, WithDecryption: true })
    const { Parameters = [] } = await this.#client.send(command)
    return new Map(Parameters.map(({ Name = '', Value = '' }) => [Name, Value]))
  }

  #parameter(name: SecretName): string {
    return secretParameter(this.#stage, this.#app, name)
  }
}
