import type { ConsulState } from '../stage/consul-state.ts'

/** The Consul servers in one line, with what is wrong with some of them. */
export function consulText({ servers, alive, leader, dead, silent }: ConsulState): string {
  if (servers === 0) return 'no server runs: the platform is not deployed'
  if (silent !== undefined) return [`none of ${servers} servers answers: ${silent}`, ...dead].join('; ')
  const led = leader === null ? 'no leader (an election is on)' : `leader ${leader}`
  return [`${alive} of ${servers} servers alive, ${led}`, ...dead].join('; ')
}
