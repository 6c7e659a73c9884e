import { SecretParameters } from '../../adapters/aws/secret-parameters.ts'
import type { Context } from '../../cli/context.ts'
import { PLATFORM } from '../../core/base/names.ts'
import { values } from '../../core/secrets/secrets.ts'
import { askServer, liveAccess } from './consul-api.ts'
import { consulServers } from './names.ts'

/** State in a Consul cluster that a person created and that none of our functions would recreate. */
export interface KeptState {
  /** What the cluster says about it now, as text; the same before and after. */
  read(): Promise<string>
  remove(): Promise<void>
}

const KEY = '/v1/kv/test/kept'
const POLICY = { Name: 'test-kept', Rules: 'key_prefix "test/" { policy = "read" }' }

/** Writes a key and creates a token that may only read it. */
export async function keepState(context: Context): Promise<KeptState> {
  const { certificate } = await liveAccess(context)
  const ask = async (token: string, method: string, path: string, body?: unknown): Promise<string> => {
    const [server] = await consulServers(context)
    const { status, text } = await askServer(
      server?.address ?? '',
      path,
      { certificate, token },
      {
        method,
        ...(body === undefined ? {} : { body }),
      },
    )
    if (status !== 200) throw new Error(`${method} ${path}: ${status} ${text}`)
    return text
  }
  const manage = async (...call: [method: string, path: string, body?: unknown]): Promise<string> => {
    const secrets = await new SecretParameters(context.ssm(), context.stage, PLATFORM).read()
    return await ask(values(secrets.get('management-token') ?? '')[0] ?? '', ...call)
  }
  await manage('PUT', KEY, { kept: new Date().toISOString() })
  const policy = JSON.parse(await manage('PUT', '/v1/acl/policy', POLICY)) as { ID: string }
  const token = JSON.parse(await manage('PUT', '/v1/acl/token', { Policies: [{ ID: policy.ID }] })) as {
    AccessorID: string
    SecretID: string
  }
  return {
    read: async () =>
      `${await ask(token.SecretID, 'GET', `${KEY}?raw`)} ${await ask(token.SecretID, 'GET', '/v1/acl/token/self')}`,
    remove: async () => {
      await manage('DELETE', KEY)
      await manage('DELETE', `/v1/acl/token/${token.AccessorID}`)
      await manage('DELETE', `/v1/acl/policy/${policy.ID}`)
    },
  }
}
