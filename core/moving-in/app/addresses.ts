/** How a program is called: by which name, on which port, under which name it is found in Consul. */
export interface Known {
  /** The services behind the name. */
  services: string[]
  /** The name in Consul. */
  consul: string
  /** Port that callers use -> port that the program listens on. */
  ports: ReadonlyMap<number, number>
  /** True for what is not part of the app: its address is somebody else's to give. */
  gone?: boolean
}

export interface Rewritten {
  value: string
  /** The services that the value names. */
  named: string[]
  /** Those of them that are not part of the app. */
  gone: string[]
}

/** Names by which others are called, and namespaces that a name may end with. */
export interface AddressBook {
  names: ReadonlyMap<string, Known>
  namespaces: readonly string[]
}

/** A variable whose whole value may be a host. */
const HOSTLIKE = /HOST|ADDR|SERVER|URL|URI|ENDPOINT|BROKER|UPSTREAM|DSN|SERVICE|NODE|TARGET|BACKEND/i

const HOST = /(^|[\s,;=@"'[(]|:\/\/)([A-Za-z][A-Za-z0-9_.-]*)(?::(\d{1,5}))?(?=$|[\s,;/"'?)\]])/g

/**
 * A value in which other services' names are those of Consul's DNS. A name counts in a URL, before a port, or
 * alone in a variable that holds a host by its name.
 * @param own the service itself, which may name itself as it likes
 */
export function rewrite(variable: string, value: string, own: string, book: AddressBook): Rewritten {
  const named = new Set<string>()
  const gone = new Set<string>()
  const changed = value.replace(HOST, (whole, before: string, host: string, digits?: string) => {
    const known = find(host, book)
    const alone = before === '' && whole === value
    const inUrl = before === '://' || before === '@'
    const meant = inUrl || digits !== undefined || (alone && HOSTLIKE.test(variable))
    if (!known || known.services.includes(own) || !meant) return whole
    if (known.gone) {
      gone.add(host)
      return whole
    }
    for (const service of known.services) named.add(service)
    return `${before}${known.consul}.service.consul${portOf(digits, value, before, known)}`
  })
  return { value: changed, named: [...named], gone: [...gone] }
}

/** `name`, `name.namespace`, `name.namespace.svc.cluster.local`. */
function find(host: string, { names, namespaces }: AddressBook): Known | undefined {
  const direct = names.get(host)
  if (direct) return direct
  const [, name = '', namespace = '', cluster] =
    /^([^.]+)\.([^.]+)(\.svc(?:\.[a-z0-9.-]+)?)?$/.exec(host) ?? []
  return cluster !== undefined || namespaces.includes(namespace) ? names.get(name) : undefined
}

/** Consul's names lead to instances: the port is the program's own, also where none was written. */
function portOf(digits: string | undefined, value: string, before: string, { ports }: Known): string {
  if (digits !== undefined) return `:${ports.get(Number(digits)) ?? Number(digits)}`
  if (before !== '://') return ''
  const usual = /^https:/.test(value) ? 443 : /^http:/.test(value) ? 80 : undefined
  const port = usual === undefined ? undefined : ports.get(usual)
  return port === undefined ? '' : `:${port}`
}
