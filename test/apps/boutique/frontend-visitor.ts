import { demoOrder } from '../../../apps/boutique/frontend/checkout-form.ts'
import { type Program, startProgram } from './frontend-process.ts'
import { World } from './frontend-world.ts'

export const SESSION = '0b0f8c52-4dd4-4a1e-9a3b-3f2f7d0d3c11'
export const KEY = '7d2cf9a3-54c8-4f42-9d9c-1f5f3f0c7e55'

/** The frontend as a process, surrounded by scripted services, and one visitor. */
export class Visitor {
  readonly world = new World()
  #services = ''
  #frontend: Program | undefined

  async open(): Promise<void> {
    this.#services = await this.world.open()
    this.#frontend = await this.another()
  }

  async close(): Promise<void> {
    await this.#frontend?.stop()
    this.world.close()
  }

  /** Another instance, which the caller stops. */
  another(): Promise<Program> {
    return startProgram('frontend', () => this.#services)
  }

  get url(): string {
    return `http://${this.#frontend?.address}`
  }

  /** What the frontend has written so far. */
  get log(): string {
    return this.#frontend?.output() ?? ''
  }

  ask(path: string, init: RequestInit = {}, currency = 'USD'): Promise<Response> {
    return fetch(`${this.url}${path}`, {
      redirect: 'manual',
      ...init,
      headers: { cookie: `shop_session-id=${SESSION}; shop_currency=${currency}`, ...init.headers },
    })
  }

  send(
    path: string,
    fields: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return this.ask(path, { method: 'POST', body: new URLSearchParams(fields), headers })
  }

  async text(path: string, currency?: string): Promise<string> {
    return (await this.ask(path, {}, currency)).text()
  }

  /** Sends the checkout form. */
  order(changes: Record<string, string> = {}): Promise<Response> {
    const fields = { ...demoOrder(new Date()).values, idempotency_key: KEY, ...changes }
    return this.send('/cart/checkout', fields)
  }

  /** Three mugs in the cart. */
  fill(): void {
    this.world.carts.set(SESSION, [{ productId: 'MUG', quantity: 3 }])
  }
}
