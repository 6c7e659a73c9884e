import { isFields, list, text, whole } from '../values.ts'

/** A port that a service publishes, as far as it matters here. */
export interface Published {
  port: number
  published: boolean
  udp: boolean
  /** Reached by the machine itself only. */
  loopback: boolean
}

/** The longest range that is read one by one. */
const LONGEST = 100

/** The short and the long syntax of `ports`; undefined for what cannot be read. */
export function publishedPorts(value: unknown): Published[] | undefined {
  if (isFields(value)) {
    const range = numbers(text(value.target) ?? '')
    if (!range) return undefined
    const published = value.published !== undefined
    const loopback = isLoopback(text(value.host_ip) ?? '')
    return range.map((port) => ({ port, published, udp: value.protocol === 'udp', loopback }))
  }
  const [address = '', protocol = 'tcp'] = (text(value) ?? '').split('/')
  const parts = /^\[([^\]]*)\]:(.*)$/.exec(address)
  const words = parts ? [parts[1] ?? '', ...(parts[2] ?? '').split(':')] : address.split(':')
  const range = numbers(words.at(-1) ?? '')
  if (!range) return undefined
  const host = words.length > 2 ? (words[0] ?? '') : ''
  const published = words.length > 1
  return range.map((port) => ({ port, published, udp: protocol === 'udp', loopback: isLoopback(host) }))
}

const isLoopback = (host: string): boolean => /^(127\.|::1$|localhost$)/.test(host)

function numbers(written: string): number[] | undefined {
  const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(written) ?? []
  if (first === undefined) return undefined
  const [from, to] = [Number(first), Number(last)]
  if (from < 1 || to > 65535 || to < from || to - from > LONGEST) return undefined
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}

/** `expose`: ports of the container for other services. */
export const exposedPorts = (value: unknown): number[] =>
  list(value).flatMap((each) => numbers((text(each) ?? '').split('/')[0] ?? '') ?? whole(each) ?? [])
