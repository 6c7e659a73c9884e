import { type CloudFormationClient, DescribeTypeCommand } from '@aws-sdk/client-cloudformation'
import { ServiceFailure } from '../../core/base/errors.ts'
import type { TypeSchema, TypeSchemas } from '../../core/template/type-schema.ts'

/** Schemas of resource types in CloudFormation's registry; each is read once. */
export class TypeRegistry implements TypeSchemas {
  readonly #client: CloudFormationClient
  readonly #known = new Map<string, Promise<TypeSchema | undefined>>()

  constructor(client: CloudFormationClient) {
    this.#client = client
  }

  async read(type: string): Promise<TypeSchema | undefined> {
    const known = this.#known.get(type) ?? this.#describe(type)
    this.#known.set(type, known)
    return await known
  }

  async #describe(type: string): Promise<TypeSchema | undefined> {
    try {
      const answer = await this.#client.send(new DescribeTypeCommand({ Type: 'RESOURCE', TypeName: type }))
      return JSON.parse(answer.Schema ?? '') as TypeSchema
    } catch (cause) {
      if (cause instanceof Error && cause.name === 'TypeNotFoundException') return undefined
      throw new ServiceFailure(`CloudFormation's schema of ${type} cannot be read: ${String(cause)}`, {
        cause,
      })
    }
  }
}
