/** A chain of services, each of which needs the one before. */
export interface Chain {
  services: string[]
  milliseconds: number
}

/**
 * The chain that takes longest if each service starts as soon as everything it needs is healthy: no starting
 * order can be faster.
 * @param times milliseconds from start to healthy for each service
 */
export function criticalPath(needs: Record<string, readonly string[]>, times: Record<string, number>): Chain {
  const known = new Map<string, Chain>()
  const chainTo = (service: string): Chain => {
    const found = known.get(service)
    if (found) return found
    const before = longest((needs[service] ?? []).map(chainTo))
    const chain = {
      services: [...before.services, service],
      milliseconds: before.milliseconds + (times[service] ?? 0),
    }
    known.set(service, chain)
    return chain
  }
  return longest(Object.keys(needs).map(chainTo))
}

const longest = (chains: Chain[]): Chain =>
  chains.reduce((best, chain) => (chain.milliseconds > best.milliseconds ? chain : best), {
    services: [],
    milliseconds: 0,
  })
