import type { ElbState, Rule, TargetGroup } from './state.ts'

/** Local only: on AWS a stage says who may see Consul's user interface (core/template/public-ui.ts). */
const CONSUL_HOST = 'consul.localhost'
const CONSUL_GROUP = 'local:consul'
const CONSUL_PORT = 8501

/** The Consul servers as a target group that the gateway adds. */
export function consulGroup(state: Pick<ElbState, 'consulServers'>): TargetGroup {
  return {
    arn: CONSUL_GROUP,
    name: 'consul',
    protocol: 'HTTPS',
    port: CONSUL_PORT,
    deregistrationDelay: 0,
    algorithm: 'round_robin',
    healthCheck: {
      protocol: 'TCP',
      port: null,
      path: '/',
      matcher: '200',
      interval: 5,
      timeout: 2,
      healthyThreshold: 1,
      unhealthyThreshold: 1,
    },
    targets: state.consulServers.map((address) => ({
      id: address,
      port: CONSUL_PORT,
      address,
      state: 'registered',
    })),
  }
}

/** `http://consul.localhost:<gateway>` shows Consul's UI, after every rule of the load balancers. */
export const consulRule: Rule = {
  arn: 'local:consul',
  priority: Number.POSITIVE_INFINITY,
  conditions: [{ field: 'host-header', values: [CONSUL_HOST] }],
  actions: [{ type: 'forward', targetGroups: [{ arn: CONSUL_GROUP, weight: 1 }] }],
}
