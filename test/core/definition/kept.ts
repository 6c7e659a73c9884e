import { canonicalJson } from '../../../core/base/canonical.ts'
import { META } from '../../../core/registration/registration-meta.ts'
import type { Fields } from './definition-samples.ts'

/**
 * What the command loses on its way to the agent (`AgentServiceCheck` of Consul's Go API has no place for
 * it), and we do not.
 */
const LOST = new Set(['DisableRedirects', 'OutputMaxSize', 'H2PingUseTLS'])

/**
 * What an agent has written down: every service and check with all that was said about it, and if with the
 * right token.
 */
export interface Kept {
  services: Fields[]
  checks: Fields[]
}

/** Our records under the ids of the command's, without our meta. */
export function renamed({ services, checks }: Kept, names: Map<string, string>): Kept {
  const marks = new Set<string>(Object.values(META))
  const name = (id: unknown): string => names.get(String(id)) ?? String(id)
  const checkId = (check: unknown, service: string): string => {
    const id = String(check)
    if (id.startsWith(`${service}:`)) return id.slice(service.length + 1)
    return id.replace(`service:${service}`, `service:${name(service)}`)
  }
  return {
    services: services.map((each) => ({
      ...each,
      ID: name(each.ID),
      Meta: Object.fromEntries(Object.entries(each.Meta as Fields).filter(([key]) => !marks.has(key))),
    })),
    checks: checks.map(({ Check, ChkType, ...rest }) => {
      const [entry, kind] = [Check as Fields, ChkType as Fields]
      const service = String(entry.ServiceID)
      return {
        ...rest,
        Check: { ...entry, CheckID: checkId(entry.CheckID, service), ServiceID: name(service) },
        ChkType: {
          ...kind,
          CheckID: kind.CheckID ? checkId(kind.CheckID, service) : '',
          AliasService: kind.AliasService ? name(kind.AliasService) : '',
        },
      }
    }),
  }
}

/** As one text, in an order of its own, without what says nothing and what differs by machine. */
export function plain({ services, checks }: Kept): string {
  const bare = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.length > 0 ? value.map((item) => bare(item) ?? null) : undefined
    if (typeof value !== 'object' || value === null) return value || undefined
    const fields = Object.entries(value)
      .filter(([name]) => name !== 'Node' && !LOST.has(name))
      .flatMap(([name, field]) => {
        const rest = bare(field)
        return rest === undefined ? [] : [[name, rest] as const]
      })
    return fields.length > 0 ? Object.fromEntries(fields) : undefined
  }
  return canonicalJson([...services, ...checks].map((each) => canonicalJson(bare(each))).sort())
}
