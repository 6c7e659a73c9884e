/** Where a load balancer's listener really is: part of `gateway.json`, which the gateway writes. */
export interface Served {
  loadBalancer: string
  type: 'application' | 'network'
  protocol: 'HTTP' | 'HTTPS' | 'TCP' | 'UDP' | 'TCP_UDP' | 'TLS'
  /** The port in the listener's declaration. */
  port: number
  addresses: string[]
  /** The port that clients use here; null when it is not served, `problem` says why. */
  boundPort: number | null
  problem?: string
}
