import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { AwsClient } from 'aws4fetch'
import { until } from '../../scripts/demo/wait.ts'

/** An answer of the function's URL. */
export interface Answer {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: what comes over HTTP has the form that the test expects
  body: any
}

export interface Keys {
  accessKeyId: string
  secretAccessKey: string
}

/** A client of the function's URL. */
export class AppsApi {
  readonly #url: string
  readonly #region: { region: string; credentials: Keys }

  constructor(url: string, region: { region: string; credentials: Keys }) {
    this.#url = url
    this.#region = region
  }

  /** One request to the URL, signed by root unless somebody else's keys are given. */
  async ask(
    method: string,
    path: string,
    body?: string | Uint8Array,
    headers: Record<string, string> = {},
    keys: Keys = this.#region.credentials,
  ): Promise<Answer> {
    const client = new AwsClient({ ...keys, service: 'lambda', region: this.#region.region })
    const place = new URL(path, this.#url)
    const signed = await client.sign(place.href, { method, headers, ...(body !== undefined && { body }) })
    return await this.send(method, place, Object.fromEntries(signed.headers), body)
  }

  /** To this machine, whatever it makes of names below localhost. */
  async send(
    method: string,
    place: URL,
    headers: Record<string, string>,
    body?: string | Uint8Array,
  ): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const { pathname, search, port, host } = place
    const options = { method, host: '127.0.0.1', port, path: pathname + search }
    const asked = request({ ...options, headers: { ...headers, host } }, async (answer) => {
      const text = Buffer.concat(await answer.toArray()).toString()
      resolve({ status: answer.statusCode ?? 0, body: text === '' ? undefined : JSON.parse(text) })
    })
    asked.on('error', reject).end(body)
    return await promise
  }

  /** The state of an app, or the status of an answer without one. */
  async stateOf(app: string): Promise<string> {
    const { status, body } = await this.ask('GET', `v2/apps/${app}`)
    return status === 200 ? body.state : String(status)
  }

  /** Waits until the app is in this state. */
  async untilState(app: string, state: string, seconds: number): Promise<void> {
    await until(`${app} ${state}`, seconds, async () => {
      if ((await this.stateOf(app)) === state) return true
      await sleep(500)
      return undefined
    })
  }
}
