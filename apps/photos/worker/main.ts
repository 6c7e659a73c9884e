/** `worker`: takes tasks from the master and filters their pictures, one at a time. */
import { hostname } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { groupEndsInstance } from '../../lib/lifecycle-state.ts'
import { identify } from '../../lib/metadata.ts'
import { routes } from '../../lib/routes.ts'
import { onStop } from '../../lib/stopping.ts'
import { surroundings } from '../lib/surroundings.ts'
import { work } from './loop.ts'
import { Master } from './master.ts'
import { Storage } from './storage.ts'

/**
 * How long a task under way may go on after the process was told to stop; a local instance is killed after 5
 * s.
 */
const GRACE_MS = 3000

const { alone, peer, serve } = surroundings('worker', 'Worker')
const identity = alone ? null : await identify()
const name = identity?.instanceId ?? `${hostname()}:${process.pid}`

const leaving = new AbortController()
const end = new AbortController()
const working = work(
  { master: new Master(peer('master'), name), storage: new Storage(peer('storage')), log: console.log },
  { leaving: leaving.signal, end: end.signal },
)

/** Takes no new task, and releases the one under way if it is not finished in time. */
async function leave(): Promise<void> {
  leaving.abort()
  await Promise.race([working, pause(GRACE_MS)])
  end.abort()
  await working
}

let left = Promise.resolve()
onStop(() => {
  left = leave()
})
if (identity) {
  groupEndsInstance({ signal: leaving.signal }).then((ends) => {
    if (!ends) return
    console.log('The group is ending this instance: taking no new tasks')
    leaving.abort()
  }, console.error)
}

// On a developer's machine any number of workers run side by side, and nobody checks their health.
if (alone && process.env.PORT === undefined) onStop(() => left.then(() => process.exit(0)))
else await serve(routes({}), { leave: () => left })
