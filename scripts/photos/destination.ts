import { InvalidInput, NotFound, ServiceFailure } from '../../core/base/errors.ts'
import { readRecord } from '../../local/record.ts'
import { type Address, type Answer, addressOf, exchange } from './exchange.ts'

/** Where uploads go. */
export interface Destination {
  address: Address
  /** The path that accepts the form. */
  path: '/upload' | '/task'
  /** For people. */
  name: string
}

/**
 * Finds ui or master.
 * @param to an http URL, or `host:port` of a key-value store; the local region's gateway by default
 * @param state the local region's state folder
 * @throws NotFound when nobody answers, with what to do; InvalidInput when it is something else
 */
export async function findDestination(to: string | undefined, state: string): Promise<Destination> {
  if (to === undefined) return inRegion(state)
  if (!to.startsWith('http://')) return fromStore(to)
  return lookAt(to, `${to}: nobody answers; is the service running?`)
}

async function inRegion(state: string): Promise<Destination> {
  const record = await readRecord(state)
  const start = 'start it with "npx nanofleet local up", or say where to upload with --to'
  if (record === undefined) throw new NotFound(`The local region is not up; ${start}`)
  const url = `http://photos.localhost:${new URL(record.gateway).port || '80'}`
  return lookAt(url, `The local region is down; ${start}`)
}

async function fromStore(store: string): Promise<Destination> {
  const absent = `${store}: no key-value store answers there; start it, or give the URL of the page with --to`
  const { status, text } = await ask(addressOf(`http://${store}`), '/masterendpoint', absent)
  if (status === 404) throw new NotFound(`${store} knows no masterendpoint; start the service master`)
  const endpoint = text.trim().replace(/^"|"$/g, '')
  if (status !== 200 || !/^[\w.-]+:\d+$/.test(endpoint))
    throw new ServiceFailure(`${store} answers ${status} for masterendpoint, not host:port`)
  return lookAt(`http://${endpoint}`, `${endpoint}: master does not answer there, though ${store} says so`)
}

/** The page has a form at `/upload`; `master` has none, but it has tasks. */
async function lookAt(url: string, absent: string): Promise<Destination> {
  const address = addressOf(url)
  const form = await ask(address, '/upload', absent)
  if (form.status === 200) return { address, path: '/upload', name: url }
  if ([502, 503, 504].includes(form.status))
    throw new ServiceFailure(
      `${url} answers ${form.status}: its instances are not healthy; see "npx nanofleet status"`,
    )
  const tasks = await ask(address, '/tasks?limit=1', absent)
  if (tasks.status === 200) return { address, path: '/task', name: url }
  if (address.host.startsWith('photos.localhost'))
    throw new NotFound('The app photos is not deployed; run "npx nanofleet deploy photos"')
  throw new InvalidInput(
    url,
    `is neither the page of photos nor master (it answers ${tasks.status})`,
    'see --help',
  )
}

async function ask(address: Address, path: string, absent: string): Promise<Answer> {
  try {
    return await exchange(address, path)
  } catch (cause) {
    throw new NotFound(`${absent} (${(cause as Error).message})`, { cause })
  }
}
