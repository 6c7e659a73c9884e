import { request } from 'node:https'
import { SecretParameters } from '../../adapters/aws/secret-parameters.ts'
import type { AccessSource, ConsulAccess } from '../../adapters/consul/access.ts'
import type { Context } from '../../cli/context.ts'
import { PLATFORM } from '../../core/base/names.ts'
import { CERTIFICATE, values } from '../../core/secrets/secrets.ts'

/** An answer from Consul's HTTP API. */
export interface ConsulAnswer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
}

/** Asks one server directly, bypassing the adapters. */
export function askServer(
  address: string,
  path: string,
  { certificate, token }: ConsulAccess,
  { method = 'GET', body, signal }: { method?: string; body?: unknown; signal?: AbortSignal } = {},
): Promise<ConsulAnswer> {
  return new Promise((resolve, reject) => {
    const asked = request(
      `https://${address}:8501${path}`,
      { method, ca: certificate, headers: { 'X-Consul-Token': token }, ...(signal ? { signal } : {}) },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          text += chunk
        })
        response.on('error', reject)
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        )
      },
    )
    asked.on('error', reject)
    asked.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

/** The same access every time. */
export const fixedAccess = (access: ConsulAccess): AccessSource => ({
  current: () => Promise.resolve(access),
  renew: () => Promise.resolve(access),
})

/** The access that a stage's function `consul` uses. */
export async function liveAccess(context: Pick<Context, 'ssm' | 'stage'>): Promise<ConsulAccess> {
  const found = await new SecretParameters(context.ssm(), context.stage, PLATFORM).read()
  const [token = ''] = values(found.get('registration-token') ?? '')
  return { certificate: found.get(CERTIFICATE) ?? '', token }
}
