/**
 * Keys of Consul's agent configuration (Consul docs, "Agent configuration reference"). People have their
 * services in such files, and only those belong here.
 */
const AGENT = new Set([
  ...['acl', 'addresses', 'advertise_addr', 'auto_config', 'auto_encrypt', 'autopilot', 'bind_addr'],
  ...['bootstrap', 'bootstrap_expect', 'cache', 'ca_file', 'cert_file', 'check_update_interval'],
  ...['client_addr', 'config_entries', 'connect', 'data_dir', 'datacenter', 'disable_update_check'],
  ...['dns_config', 'domain', 'enable_local_script_checks', 'enable_script_checks', 'encrypt'],
  ...['gossip_lan', 'gossip_wan', 'http_config', 'key_file', 'leave_on_terminate', 'license_path', 'limits'],
  ...['log_file', 'log_json', 'log_level', 'node_id', 'node_meta', 'node_name', 'peering', 'performance'],
  ...['ports', 'primary_datacenter', 'raft_protocol', 'recursors', 'rejoin_after_leave', 'retry_interval'],
  ...['retry_join', 'rpc', 'segments', 'serf_lan', 'server', 'start_join', 'syslog_facility', 'telemetry'],
  ...['tls', 'translate_wan_addrs', 'ui', 'ui_config', 'verify_incoming', 'verify_outgoing', 'watches'],
  ...['verify_server_hostname', 'skip_leave_on_interrupt', 'enable_syslog', 'check', 'checks'],
])

/** Keys that are an agent's and also a service's. */
const SHARED = new Set(['check', 'checks', 'connect', 'ports'])

/**
 * The keys that make a text an agent's configuration: none when only such keys are among them as a service
 * has too.
 */
export function agentKeys(keys: readonly string[]): string[] {
  const found = keys.filter((key) => AGENT.has(key))
  return found.some((key) => !SHARED.has(key)) ? found : []
}
