import type { ConsulState } from '../stage/consul-state.ts'

/** The Consul servers in one line. */
export function consulText({ servers, alive, leader }: ConsulState): string {
  if (servers === 0) return 'no server runs: the platform is not deployed'
  if (alive === 0) return `${servers} running, none of them answers`
  return `${alive} of ${servers} servers alive, ${leader === null ? 'no leader (an election is on)' : `leader ${leader}`}`
}
