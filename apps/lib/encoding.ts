const OURS = ['br', 'gzip'] as const

export type Encoding = (typeof OURS)[number]

/**
 * The best of our compressions that the request accepts (RFC 9110, 12.5.3); undefined when it accepts none.
 */
export function encodingFor(accepted: string | string[] | undefined): Encoding | undefined {
  const named = new Map<string, number>()
  for (const part of String(accepted ?? '').split(',')) {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase())
    const quality = parameters.find((text) => text.startsWith('q='))?.slice(2) ?? '1'
    named.set(name, Number(quality))
  }
  return OURS.find((encoding) => (named.get(encoding) ?? named.get('*') ?? 0) > 0)
}
