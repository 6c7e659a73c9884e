import {
  DeleteParametersCommand,
  GetParametersCommand,
  PutParameterCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm'
import { definitionParameter } from '../../core/base/names.ts'
import { storedText } from '../../core/definition/stored-text.ts'

/** GetParameters and DeleteParameters take ten names (Systems Manager API Reference). */
const NAMES = 10

/** The Consul definitions of a stage's services in Parameter Store: what `register` reads. */
export class DefinitionParameters {
  readonly #client: SSMClient
  readonly #stage: string

  constructor(client: SSMClient, stage: string) {
    this.#client = client
    this.#stage = stage
  }

  /**
   * Writes what differs; a service without a definition has no parameter.
   * @param texts each service's definition as in its folder
   * @returns the services whose definition was written or removed
   */
  async put(app: string, texts: Record<string, string | null>): Promise<string[]> {
    const standing = await this.#read(app, Object.keys(texts))
    const stored = Object.entries(texts).map(([service, text]): [string, string | null] => [
      service,
      text === null ? null : storedText(text),
    ])
    const changed = stored.filter(([service, text]) => (standing.get(service) ?? null) !== text)
    for (const [service, text] of changed) {
      if (text === null) continue
      await this.#client.send(
        new PutParameterCommand({
          Name: definitionParameter(this.#stage, app, service),
          Value: text,
          Type: 'String',
          // Above 4 KiB a parameter is an advanced one.
          Tier: 'Intelligent-Tiering',
          Overwrite: true,
          Description: `Consul definition of ${service} of ${app}`,
        }),
      )
    }
    const gone = changed.filter(([, text]) => text === null).map(([service]) => service)
    await this.remove(app, gone)
    return changed.map(([service]) => service)
  }

  /** Removes the definitions of these services; a missing one is not an error. */
  async remove(app: string, services: string[]): Promise<void> {
    for (const names of batches(services.map((service) => definitionParameter(this.#stage, app, service))))
      await this.#client.send(new DeleteParametersCommand({ Names: names }))
  }

  async #read(app: string, services: string[]): Promise<Map<string, string>> {
    const byName = new Map(
      services.map((service) => [definitionParameter(this.#stage, app, service), service]),
    )
    const found = new Map<string, string>()
    for (const names of batches([...byName.keys()])) {
      const answer = await this.#client.send(new GetParametersCommand({ Names: names }))
      for (const { Name, Value } of answer.Parameters ?? [])
        found.set(byName.get(Name ?? '') ?? '', Value ?? '')
    }
    return found
  }
}

const batches = (names: string[]): string[][] =>
  Array.from({ length: Math.ceil(names.length / NAMES) }, (_, index) =>
    names.slice(index * NAMES, (index + 1) * NAMES),
  )
