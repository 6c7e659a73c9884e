import { isIP } from 'node:net'
import { promisify } from 'node:util'

/** Answers with which a resolver says that a name is not its business, or that it got no answer. */
const NOT_ANSWERED = new Set([
  'ENOTFOUND', 'ENODATA', 'EREFUSED', 'ESERVFAIL', 'ENOTIMP', 'ETIMEOUT', 'ECONNREFUSED', 'ECANCELLED',
]) // biome-ignore format: a list of names

/** What an image's resolv.conf puts behind a name without a dot (buildspecs/ops-config.mjs). */
const SEARCHED = '.service.consul'

/** Milliseconds for the first attempt; c-ares doubles it for each further one. */
const OPTIONS = { timeout: 1000, tries: 3 }

/**
 * Sends `dns.lookup`, `dns.resolve*` and their promise versions to `servers` (`host:port`). A name without a
 * dot is a service's first. Names outside `.consul` fall back to the system when the servers have no answer.
 * Addresses and `localhost` are never looked up.
 */
export function resolveThrough(dns, servers) {
  const resolver = new dns.promises.Resolver(OPTIONS)
  resolver.setServers(servers)
  const system = dns.promises.lookup
  const look = (name, options) => lookup(resolver, system, name, options)

  dns.promises.lookup = async (name, options) => {
    const found = await look(name, options)
    return wantsAll(options) ? found : found[0]
  }
  dns.lookup = (name, options, callback) => {
    const done = typeof options === 'function' ? options : callback
    const wanted = typeof options === 'function' ? undefined : options
    if (typeof done !== 'function') throw new TypeError('dns.lookup: the callback is not a function')
    look(name, wanted).then(
      (found) => (wantsAll(wanted) ? done(null, found) : done(null, found[0].address, found[0].family)),
      (error) => done(error),
    )
  }
  dns.lookup[promisify.custom] = dns.promises.lookup

  for (const verb of Object.keys(dns).filter((key) => /^resolve/.test(key) && key in resolver)) {
    const original = dns.promises[verb].bind(dns.promises)
    dns.promises[verb] = (name, ...rest) =>
      orSystem(
        name,
        () => searching(name, (each) => resolver[verb](each, ...rest)),
        () => original(name, ...rest),
      )
    dns[verb] = (name, ...rest) => {
      const done = rest.pop()
      dns.promises[verb](name, ...rest).then(
        (answer) => done(null, answer),
        (error) => done(error),
      )
    }
  }
}

/** All addresses of a name as `dns.lookup` returns them: `[{address, family}]`. */
async function lookup(resolver, system, name, options) {
  const family = familyOf(options)
  if (!name || isIP(name) || isLocal(name)) return systemAll(system, name, options)
  try {
    return await orSystem(
      name,
      () => searching(name, (each) => ask(resolver, each, family)),
      () => systemAll(system, name, options),
    )
  } catch (error) {
    throw isConsul(name) ? asLookupError(error, name) : error
  }
}

async function searching(name, find) {
  if (!isBare(name)) return find(name)
  try {
    return await find(`${name}${SEARCHED}`)
  } catch (error) {
    if (!NOT_ANSWERED.has(error.code)) throw error
    return find(name)
  }
}

async function ask(resolver, name, family) {
  if (family === 6) return addresses(await resolver.resolve6(name), 6)
  try {
    return addresses(await resolver.resolve4(name), 4)
  } catch (error) {
    if (family === 4 || error.code !== 'ENODATA') throw error
    return addresses(await resolver.resolve6(name), 6)
  }
}

async function orSystem(name, ours, system) {
  try {
    return await ours()
  } catch (error) {
    if (!NOT_ANSWERED.has(error.code)) throw error
    if (!isConsul(name)) return system()
    throw error
  }
}

async function systemAll(system, name, options) {
  const wanted = typeof options === 'object' && options !== null ? options : { family: options ?? 0 }
  return system(name, { ...wanted, all: true })
}

/** Programs expect getaddrinfo's codes, which has only two for a name without an address. */
function asLookupError(error, name) {
  const code = ['ENOTFOUND', 'ENODATA'].includes(error.code) ? 'ENOTFOUND' : 'EAI_AGAIN'
  return Object.assign(new Error(`getaddrinfo ${code} ${name}`, { cause: error }), {
    code,
    errno: error.errno,
    syscall: 'getaddrinfo',
    hostname: name,
  })
}

const addresses = (found, family) => found.map((address) => ({ address, family }))
const wantsAll = (options) => typeof options === 'object' && options?.all === true
const isLocal = (name) => /^(.*\.)?localhost\.?$/i.test(name)
const isBare = (name) => /^[a-z][a-z0-9-]*$/i.test(name)
const isConsul = (name) => /\.consul\.?$/i.test(name)

function familyOf(options) {
  const family = typeof options === 'object' && options !== null ? options.family : options
  if (family === 'IPv4') return 4
  if (family === 'IPv6') return 6
  return family ?? 0
}
