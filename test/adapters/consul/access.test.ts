import { describe, expect, it } from '@jest/globals'
import { ACCESS_KEPT_MS, ParameterAccess } from '../../../adapters/consul/access.ts'
import { ServiceFailure } from '../../../core/base/errors.ts'
import type { SecretName } from '../../../core/secrets/secrets.ts'

/** Parameter Store with one token, and how often it was read. */
class Store {
  token = 'first'
  reads = 0
  broken = false

  async read(): Promise<Map<SecretName, string>> {
    this.reads += 1
    if (this.broken) throw new ServiceFailure('it does not answer')
    return new Map<SecretName, string>([
      ['ca-certificate', 'pem'],
      ['registration-token', this.token],
    ])
  }
}

function setUp() {
  const store = new Store()
  const clock = { now: 0 }
  const access = new ParameterAccess(store, () => clock.now)
  return { store, clock, access }
}

describe('access to the Consul servers', () => {
  it('is read once for many calls at once and kept for a while', async () => {
    const { store, clock, access } = setUp()
    await Promise.all([access.current(), access.current(), access.current()])
    clock.now = ACCESS_KEPT_MS - 1
    expect(await access.current()).toEqual({ certificate: 'pem', token: 'first' })
    expect(store.reads).toBe(1)
    store.token = 'second\nfirst'
    clock.now = ACCESS_KEPT_MS
    expect((await access.current()).token).toBe('second')
  })

  it('is read anew when it was refused, once for all that are refused together', async () => {
    const { store, clock, access } = setUp()
    await access.current()
    store.token = 'second'
    clock.now = 1000
    expect((await access.renew()).token).toBe('second')
    expect((await access.renew()).token).toBe('second')
    expect(store.reads).toBe(2)
  })

  it('is read anew when it was forgotten', async () => {
    const { store, access } = setUp()
    await access.current()
    access.forget()
    await access.current()
    expect(store.reads).toBe(2)
  })

  it('goes on with what it knows while Parameter Store does not answer, and fails when it knows nothing', async () => {
    const { store, clock, access } = setUp()
    store.broken = true
    await expect(access.current()).rejects.toThrow('it does not answer')
    store.broken = false
    await access.current()
    store.broken = true
    clock.now = 2 * ACCESS_KEPT_MS
    expect((await access.current()).token).toBe('first')
  })

  it('says what to do when there is no secret', async () => {
    const { store, access } = setUp()
    store.token = ''
    await expect(access.current()).rejects.toThrow('deploy the platform again')
  })
})
