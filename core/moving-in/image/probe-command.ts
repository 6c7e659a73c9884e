import type { Probe } from '../workload.ts'
import { shellWords } from './shell-words.ts'

/**
 * What a health command asks of the program, if it is one of those that ask by the network: a check of
 * Consul can ask the same. Undefined for any other: nothing can be started beside the program.
 */
export function probeOfCommand(words: readonly string[]): Probe | undefined {
  const line = words.join(' ')
  const address =
    /(?:\bhttps?:\/\/|\s)(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]|\$\{?HOSTNAME\}?)(?::(\d+))?(\/[^\s'"|;)]*)?(?=[\s'"|;)]|$)/.exec(
      line,
    )
  if (address && /\b(curl|wget|http|httpie|node|python3?|healthcheck|bun)\b/.test(line)) {
    const [, port, path = '/'] = address
    return { kind: 'http', port: Number(port ?? 80), path }
  }
  if (/grpc[_-]health[_-]probe/.test(line)) {
    const [, port] = /addr[= ]\S*?:(\d+)/.exec(line) ?? []
    return { kind: 'grpc', ...(port !== undefined && { port: Number(port) }) }
  }
  const [, port] =
    /\bnc\s+(?:-\w+\s+)*(?:localhost|127\.0\.0\.1|0\.0\.0\.0|::1)\s+(\d+)/.exec(line) ??
    /\/dev\/tcp\/(?:localhost|127\.0\.0\.1)\/(\d+)/.exec(line) ??
    []
  return port === undefined ? undefined : { kind: 'tcp', port: Number(port) }
}

/** The words of a health command: a list, or a line for a shell, whose `|| exit 1` says nothing more. */
export function healthWords(test: readonly string[]): string[] {
  const [kind, ...rest] = test
  if (kind !== 'CMD-SHELL') return kind === 'CMD' ? rest : [...test]
  const line = rest.join(' ').replace(/\s*\|\|\s*(exit|false|kill)\b.*$/, '')
  return shellWords(line) ?? [line]
}
