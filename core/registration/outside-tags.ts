import { canonicalJson, sha256 } from '../base/canonical.ts'
import type { CatalogEntry, Registration } from '../base/catalog.ts'
import type { ServiceDefinition } from '../definition/schema.ts'
import { META } from './registration-meta.ts'

/**
 * The mark of a definition in an entry's meta: its fingerprint and, where others may set the tags
 * (`enable_tag_override`), one of its own tags behind a dash. It tells later whether the author changed them.
 */
export function definitionMark(fingerprint: string, { EnableTagOverride, Tags }: ServiceDefinition): string {
  if (EnableTagOverride !== true) return fingerprint
  return `${fingerprint}-${sha256(canonicalJson(Tags ?? [])).slice(0, 8)}`
}

/**
 * The registration with the tags that somebody else gave the entry: a new one replaces it when its server
 * dies, and would begin with the definition's. Tags that their author changed since count more.
 * @param entries those of the same instance and service, wherever they are
 */
export function withOutsideTags(registration: Registration, entries: readonly CatalogEntry[]): Registration {
  if (registration.EnableTagOverride !== true) return registration
  const mark = registration.Meta[META.definition] ?? ''
  const latest = entries
    .filter(({ meta }) => hasSameTags(meta[META.definition] ?? '', mark))
    .toSorted((a, b) => (b.meta[META.registered] ?? '').localeCompare(a.meta[META.registered] ?? ''))[0]
  return latest ? { ...registration, Tags: latest.tags } : registration
}

/** An entry from before there were marks of tags says by the whole definition that they are the same. */
function hasSameTags(entry: string, wanted: string): boolean {
  const [[fingerprint, tags], [newFingerprint, newTags]] = [entry.split('-'), wanted.split('-')]
  return tags === undefined ? fingerprint === newFingerprint : tags === newTags
}
