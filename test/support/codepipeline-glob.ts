/**
 * Whether a path matches a pattern of a trigger, by "Working with glob patterns in syntax" of CodePipeline's
 * guide: `*` and `?` stay in one folder, `**` crosses folders, a dot is a character like others.
 */
export function matchesGlob(pattern: string, path: string): boolean {
  const expression = pattern.replace(/\*\*|\*|\?|[.+^${}()|[\]\\]/g, (part) => {
    if (part === '**') return '.*'
    if (part === '*') return '[^/]*'
    return part === '?' ? '[^/]' : `\\${part}`
  })
  return new RegExp(`^${expression}$`, 's').test(path)
}
