/** Fields that Powertools puts into every line and that say nothing about the call (its page "Logger"). */
const CONTEXT = new Set([
  'level',
  'message',
  'timestamp',
  'service',
  'cold_start',
  'sampling_rate',
  'xray_trace_id',
  'function_arn',
  'function_memory_size',
  'function_name',
  'function_request_id',
])

type Fields = Record<string, unknown>

/**
 * A line for people: a function's line about a call as level, message and fields; a line of metrics as their
 * values; any other unchanged.
 */
export function readable(text: string): string {
  const fields = parsed(text)
  if (fields && '_aws' in fields) return `METRICS ${pairs(values(fields))}`
  if (!fields || !('function_request_id' in fields)) return text
  const rest = Object.entries(fields).filter(([name]) => !CONTEXT.has(name))
  return `${String(fields.level)} ${String(fields.message)} ${pairs(rest)}`.trimEnd()
}

function parsed(text: string): Fields | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    return JSON.parse(text) as Fields
  } catch {
    return undefined
  }
}

/** The fields that the embedded metric format declares to be metrics. */
function values(fields: Fields): [string, unknown][] {
  const { CloudWatchMetrics = [] } = fields._aws as { CloudWatchMetrics?: { Metrics?: { Name: string }[] }[] }
  return CloudWatchMetrics.flatMap(({ Metrics = [] }) =>
    Metrics.map(({ Name }): [string, unknown] => [Name, fields[Name]]),
  )
}

/** `a=1 b="two words"`; an object's fields are shown beside the others, an empty list not at all. */
function pairs(entries: [string, unknown][]): string {
  return entries.flatMap(([name, value]) => pair(name, value)).join(' ')
}

function pair(name: string, value: unknown): string[] {
  if (Array.isArray(value)) return value.length === 0 ? [] : [`${name}=${JSON.stringify(value)}`]
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([inner, each]) => pair(inner, each))
  const plain = typeof value === 'string' && /^[^\s"=]+$/.test(value)
  return [`${name}=${plain ? value : JSON.stringify(value)}`]
}
