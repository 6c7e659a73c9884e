import type { GetParametersCommandInput, SSMClient } from '@aws-sdk/client-ssm'
import { describe, expect, it } from '@jest/globals'
import { SsmDefinitions } from '../../../adapters/aws/ssm.ts'

/** Parameter Store that answers GetParameters as the API's page describes it. */
class Parameters {
  readonly calls: string[][] = []
  readonly #values: Map<string, string>
  readonly #forbidden: string

  constructor(values: Record<string, string>, forbidden = '') {
    this.#values = new Map(Object.entries(values))
    this.#forbidden = forbidden
  }

  get client(): SSMClient {
    return this as unknown as SSMClient
  }

  async send({ input }: { input: GetParametersCommandInput }): Promise<object> {
    const names = input.Names ?? []
    this.calls.push(names)
    if (names.length > 10) throw new Error('Member must have length less than or equal to 10')
    if (names.includes(this.#forbidden)) throw new Error('not authorized to perform: ssm:GetParameters')
    return {
      Parameters: names.flatMap((Name) =>
        this.#values.has(Name) ? [{ Name, Value: this.#values.get(Name) }] : [],
      ),
      InvalidParameters: names.filter((name) => !this.#values.has(name)),
    }
  }
}

describe('definitions in Parameter Store', () => {
  it('are read in batches of ten', async () => {
    const names = Array.from({ length: 23 }, (_, index) => `/p${index}`)
    const store = new Parameters(Object.fromEntries(names.map((name) => [name, name.toUpperCase()])))
    const texts = await new SsmDefinitions(store.client).read(names)
    expect(texts.found.size).toBe(23)
    expect(store.calls.map((call) => call.length)).toEqual([10, 10, 3])
  })

  it('are reported missing where there are none', async () => {
    const texts = await new SsmDefinitions(new Parameters({ '/a': '1' }).client).read(['/a', '/b'])
    expect([...texts.found]).toEqual([['/a', '1']])
    expect(texts.missing).toEqual(['/b'])
  })

  it('are read one by one when a name among them fails the batch', async () => {
    const store = new Parameters({ '/a': '1', '/b': '2', '/secret': '3' }, '/secret')
    const texts = await new SsmDefinitions(store.client).read(['/a', '/secret', '/b'])
    expect([...texts.found.keys()].sort()).toEqual(['/a', '/b'])
    expect([...texts.failed.keys()]).toEqual(['/secret'])
  })

  it('need no call when nothing is asked', async () => {
    const store = new Parameters({})
    await new SsmDefinitions(store.client).read([])
    expect(store.calls).toEqual([])
  })
})
