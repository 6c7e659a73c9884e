import { GetParametersCommand, type SSMClient } from '@aws-sdk/client-ssm'
import { settle } from '../../core/base/parallel.ts'
import type { DefinitionSource, DefinitionTexts } from '../../core/registration/definitions.ts'

/** GetParameters takes at most ten names (Systems Manager API Reference). */
const NAMES = 10
/** Calls in flight: GetParameters allows 40 per second by default (Systems Manager quotas). */
const AT_ONCE = 5

/** Definitions in Parameter Store, plain or SecureString. */
export class SsmDefinitions implements DefinitionSource {
  readonly #client: SSMClient

  constructor(client: SSMClient) {
    this.#client = client
  }

  async read(names: string[]): Promise<DefinitionTexts> {
    const texts: DefinitionTexts = { found: new Map(), missing: [], failed: new Map() }
    const batches = Array.from({ length: Math.ceil(names.length / NAMES) }, (_, index) =>
      names.slice(index * NAMES, (index + 1) * NAMES),
    )
    const outcomes = await settle(AT_ONCE, batches, (batch) => this.#batch(batch, texts))
    // One name that is not allowed or malformed fails all ten; then each is read separately.
    const alone = outcomes.flatMap((outcome, index) =>
      outcome.status === 'rejected' ? (batches[index] ?? []) : [],
    )
    const singles = await settle(AT_ONCE, alone, (name) => this.#batch([name], texts))
    singles.forEach((outcome, index) => {
      const name = alone[index]
      if (outcome.status === 'rejected' && name !== undefined) texts.failed.set(name, outcome.reason as Error)
    })
    return texts
  }

  async #batch(names: string[], texts: DefinitionTexts): Promise<void> {
    const answer = await this.#client.send(new GetParametersCommand({ Names: names, WithDecryption: true }))
    for (const { Name, Selector, Value } of answer.Parameters ?? [])
      if (Name !== undefined) texts.found.set(`${Name}${Selector ?? ''}`, Value ?? '')
    texts.missing.push(...(answer.InvalidParameters ?? []))
  }
}
