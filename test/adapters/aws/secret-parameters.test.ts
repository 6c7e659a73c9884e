import type { SSMClient } from '@aws-sdk/client-ssm'
import { describe, expect, it } from '@jest/globals'
import { SecretParameters } from '../../../adapters/aws/secret-parameters.ts'
import { ServiceFailure, ServiceRefusal } from '../../../core/base/errors.ts'
import { SECRETS, type SecretName } from '../../../core/secrets/secrets.ts'

interface Put {
  Name: string
  Value: string
  Type: string
}

/** Parameter Store as far as secrets go. */
class Store {
  readonly standing = new Map<string, Put>()
  problem: Error | undefined

  get client(): SSMClient {
    return this as unknown as SSMClient
  }

  async send(command: { constructor: { name: string }; input: object }): Promise<object> {
    if (this.problem) throw this.problem
    const { Names = [], ...put } = command.input as { Names?: string[] } & Put
    if (Names.length > 10) throw new Error('Member must have length less than or equal to 10')
    if (command.constructor.name === 'PutParameterCommand') this.standing.set(put.Name, put)
    if (command.constructor.name === 'DeleteParametersCommand')
      for (const name of Names) this.standing.delete(name)
    return { Parameters: Names.flatMap((name) => this.standing.get(name) ?? []) }
  }
}

describe('the secrets of an app in Parameter Store', () => {
  const all = new Map<SecretName, string>(SECRETS.map((name) => [name, `value of ${name}`]))

  it('are SecureStrings apart from all other parameters, read as they were written', async () => {
    const store = new Store()
    const secrets = new SecretParameters(store.client, 'dev', 'platform')
    await secrets.write(all)
    expect(await secrets.read()).toEqual(all)
    expect(await secrets.read(['ui-token'])).toEqual(new Map([['ui-token', 'value of ui-token']]))
    for (const { Name, Type } of store.standing.values()) {
      expect(Name).toMatch(/^\/nanofleet-secrets\/dev\/platform\/[a-z-]+$/)
      expect(Type).toBe('SecureString')
    }
    await secrets.remove()
    expect(store.standing.size).toBe(0)
  })

  it('are refused for good without a permission, and for now when Parameter Store is busy', async () => {
    const store = new Store()
    const secrets = new SecretParameters(store.client, 'dev', 'platform')
    store.problem = Object.assign(new Error('not authorized to perform: ssm:GetParameters'), {
      name: 'AccessDeniedException',
    })
    await expect(secrets.read()).rejects.toThrow(ServiceRefusal)
    await expect(secrets.read()).rejects.toThrow('ssm:GetParameters')
    store.problem = Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' })
    await expect(secrets.read()).rejects.not.toBeInstanceOf(ServiceRefusal)
    await expect(secrets.read()).rejects.toBeInstanceOf(ServiceFailure)
  })
})
