import { NotFound } from '../base/errors.ts'
import { planTeardown, type TeardownFacts } from '../deploy/teardown-plan.ts'
import { type Order, type SubmitPorts, type Submitted, submit } from './submit.ts'

export interface RemovePorts extends SubmitPorts {
  /** What exists of an app. */
  facts(app: string): Promise<TeardownFacts>
}

/** What becomes of an app's data. */
export interface RemoveWish extends Pick<Order, 'key'> {
  data?: 'keep' | 'delete'
  /** Logical ids of the data that goes. */
  deleteData: string[]
}

/**
 * Removes an app, as `teardown` does: data has to be named.
 * @param exists whether the app has a release
 * @throws {InvalidInput} while another app needs it, or if nobody says what becomes of its data
 * @throws {NotFound} if nothing of it is left, {Busy}, {KeyReused}
 */
export async function removeApp(
  ports: RemovePorts,
  app: string,
  exists: boolean,
  { data, deleteData, key }: RemoveWish,
): Promise<Submitted> {
  const order: Order = {
    workflow: 'teardown',
    app,
    input: {
      app,
      confirm: app,
      ...(data && { data }),
      ...(deleteData.length > 0 && { deleteData }),
    },
    ...(key !== undefined && { key }),
  }
  const facts = await ports.facts(app)
  if (!exists && facts.standing.length === 0 && facts.data.length === 0) {
    const last = await ports.runs.latest('teardown', app)
    throw new NotFound(`${app}: no such app is deployed${last ? `; ${last.name} removed it` : ''}`)
  }
  planTeardown({ app, data, deleteData }, facts, app)
  return await submit(ports, order)
}
