import { ServiceFailure, ServiceRefusal } from '../../core/base/errors.ts'
import { secretParameter } from '../../core/base/names.ts'
import { SECRETS, type SecretName } from '../../core/secrets/secrets.ts'

/** Decrypted values of the existing parameters, by name; ten names at most (GetParameters' limit). */
export type ReadParameters = (names: string[]) => Promise<ReadonlyMap<string, string>>

/** Where secrets are read from. */
export interface SecretSource {
  read(names: readonly SecretName[]): Promise<Map<SecretName, string>>
}

/** The secrets of an app, whichever client reads Parameter Store. */
export class SecretReader implements SecretSource {
  readonly #parameters: ReadParameters
  readonly #stage: string
  readonly #app: string

  constructor(parameters: ReadParameters, stage: string, app: string) {
    this.#parameters = parameters
    this.#stage = stage
    this.#app = app
  }

  /**
   * The existing secrets, all or those named.
   * @throws {ServiceRefusal} if Parameter Store does not allow it, {ServiceFailure} if it does not answer
   */
  async read(names: readonly SecretName[] = SECRETS): Promise<Map<SecretName, string>> {
    const byName = new Map(names.map((name) => [secretParameter(this.#stage, this.#app, name), name]))
    const values = await this.#parameters([...byName.keys()]).catch((cause: Error) => {
      const Failure = cause.name === 'AccessDeniedException' ? ServiceRefusal : ServiceFailure
      throw new Failure(`the secrets of ${this.#app} cannot be read: ${cause.message}`, { cause })
    })
    const found = new Map<SecretName, string>()
    for (const [parameter, name] of byName) {
      const value = values.get(parameter)
      if (value !== undefined) found.set(name, value)
    }
    return found
  }
}
