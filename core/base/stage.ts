/** What the control plane knows of its own stage: the outputs of `nanofleet-<stage>` and its settings. */
export interface Stage {
  name: string
  region: string
  account: string
  bucket: string
  table: string
  vpcId: string
  vpcCidr: string
  /** Two or three zones; the subnets below are in the same order. */
  zones: string[]
  privateSubnets: string[]
  privateCidrs: string[]
  publicSubnets: string[]
  privateRouteTables: string[]
  publicRouteTable: string
  /** The security group of the Lambda `consul`, the one door into the private network. */
  consulFunctionGroup: string
  /** The security group of the Lambda `proxy`, which takes people's requests to services. */
  proxyFunctionGroup: string
  /** `ops` makes AMIs on AWS, `process` makes what the local region starts. */
  packager: 'ops' | 'process'
  architecture: 'x86_64' | 'arm64'
  /** Exposed services answer under `<host>.<domain>`; without a domain each has its own listener port. */
  domain?: string
  /** Certificate of `*.<domain>`: with it the shared listener is HTTPS on 443, without it HTTP on 80. */
  certificateArn?: string
  /** Every exposed service also has a listener of its own. On by default where there is no domain. */
  portListeners: boolean
  /** The public load balancer writes access logs into the stage's bucket for logs. */
  accessLogs: boolean
  /** Nobody can delete a load balancer of the stage before `teardown` has lifted its protection. */
  deletionProtection: boolean
  /** A web ACL in front of the public load balancer; absent means none. */
  webAclArn?: string
  /** Address blocks that may see Consul's user interface over HTTPS; absent means nobody. */
  consulUiSources?: string[]
}
