import dgram from 'node:dgram'
import net from 'node:net'

const WILDCARDS = new Set([undefined, null, '', '0.0.0.0', '::', '::0', '[::]'])

/** Makes a server that listens on every address listen only on `host`, as if the machine had no other. */
export function bindTo(host) {
  const listen = net.Server.prototype.listen
  net.Server.prototype.listen = function (...args) {
    return listen.apply(this, withHost(args, host, 'host'))
  }
  const bind = dgram.Socket.prototype.bind
  dgram.Socket.prototype.bind = function (...args) {
    return bind.apply(this, servesPort(args[0]) ? withHost(args, host, 'address') : args)
  }
}

/**
 * The arguments of `listen(port?, host?, backlog?, callback?)`, `listen(options, callback?)` or dgram's
 * `bind`, with the host filled in where it is absent or a wildcard. Pipes, handles and descriptors stay as
 * they are.
 */
export function withHost(args, host, name) {
  const [first, second, ...rest] = args
  if (isOptions(first)) {
    const opensPort = first.port !== undefined && first.path === undefined && first.fd === undefined
    return opensPort && WILDCARDS.has(first[name]) ? [{ ...first, [name]: host }, ...args.slice(1)] : args
  }
  if (first === undefined || first === null || typeof first === 'function') {
    return [0, host, ...args.filter((one) => one !== undefined && one !== null)]
  }
  if (!isPort(first)) return args
  if (typeof second === 'string' || second === undefined || second === null) {
    return WILDCARDS.has(second) ? [first, host, ...rest] : args
  }
  return [first, host, second, ...rest]
}

/** Only for servers: a client's socket, bound to port 0, must still be able to leave the machine. */
function servesPort(first) {
  return Number(isOptions(first) ? first.port : first) > 0
}

/** Plain options; a handle or a server has a class of its own. */
function isOptions(value) {
  return typeof value === 'object' && value !== null && !('_handle' in value) && !('close' in value)
}

const isPort = (value) => typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value))
