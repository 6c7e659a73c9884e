import { type Resource, ref, sub } from '../base/cloudformation.ts'
import type { Expose } from '../base/manifest-types.ts'
import { rulePriority } from '../manifest/routes.ts'
import { type PublicUi, publicUi } from './public-ui.ts'
import type { ServicePlace } from './service-place.ts'

export interface Exposure {
  targetGroup: Record<string, Resource>
  listeners: Record<string, Resource>
}

/** The way from the public load balancer to an exposed service; nothing for a private one. */
export function exposure({ service, spec, stage }: ServicePlace): Exposure {
  const { expose, port } = spec
  const ui = publicUi(spec, stage)
  if (ui && port !== undefined)
    return {
      targetGroup: { TargetGroup: targetGroup(port, ui, 'HTTPS') },
      listeners: { ListenerRule: uiRule(service, ui) },
    }
  if (!expose || port === undefined) return { targetGroup: {}, listeners: {} }
  return {
    targetGroup: { TargetGroup: targetGroup(port, expose) },
    listeners: {
      ...(stage.portListeners && { PortListener: portListener(expose, stage.certificateArn !== undefined) }),
      ...(stage.domain !== undefined && { ListenerRule: listenerRule(service, expose) }),
    },
  }
}

function targetGroup(
  port: number,
  { health }: Pick<Expose, 'health'>,
  protocol: 'HTTP' | 'HTTPS' = 'HTTP',
): Resource {
  return {
    Type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
    Properties: {
      VpcId: ref('VpcId'),
      TargetType: 'instance',
      Protocol: protocol,
      Port: port,
      ...(protocol === 'HTTPS' && { HealthCheckProtocol: protocol }),
      HealthCheckPath: health,
      HealthCheckIntervalSeconds: 5,
      HealthCheckTimeoutSeconds: 2,
      HealthyThresholdCount: 2,
      UnhealthyThresholdCount: 2,
      Matcher: { HttpCode: '200' },
      TargetGroupAttributes: [
        { Key: 'deregistration_delay.timeout_seconds', Value: '30' },
        // An instance that hangs answers nothing, so it gets next to nothing until its health check fails.
        { Key: 'load_balancing.algorithm.type', Value: 'least_outstanding_requests' },
      ],
    },
  }
}

const forward = [{ Type: 'forward', TargetGroupArn: ref('TargetGroup') }]

/** A listener of the service's own, on the port that the manifest chose. */
function portListener({ port }: Expose, secure: boolean): Resource {
  return {
    Type: 'AWS::ElasticLoadBalancingV2::Listener',
    Properties: {
      LoadBalancerArn: ref('LoadBalancerArn'),
      Port: port,
      ...(secure
        ? {
            Protocol: 'HTTPS',
            SslPolicy: TLS_POLICY,
            Certificates: [{ CertificateArn: ref('CertificateArn') }],
          }
        : { Protocol: 'HTTP' }),
      DefaultActions: forward,
    },
  }
}

/** TLS 1.2 and 1.3 only ("Security policies for your Application Load Balancer"). */
const TLS_POLICY = 'ELBSecurityPolicy-TLS13-1-2-2021-06'

/** The service's host name on the listener that all services share. */
function listenerRule(
  service: string,
  { host, path }: Pick<Expose, 'host' | 'path'>,
  more: object[] = [],
): Resource {
  const below = path.replace(/\/+$/, '')
  const conditions = [
    { Field: 'host-header', HostHeaderConfig: { Values: [sub(`${host}.\${Domain}`)] } },
    ...(below === ''
      ? []
      : [{ Field: 'path-pattern', PathPatternConfig: { Values: [below, `${below}/*`] } }]),
    ...more,
  ]
  return {
    Type: 'AWS::ElasticLoadBalancingV2::ListenerRule',
    Properties: {
      ListenerArn: ref('HttpListenerArn'),
      Priority: rulePriority({ service, host, path }),
      Conditions: conditions,
      Actions: forward,
    },
  }
}

/** The user interface for some addresses; the listener tells all others that there is no such service. */
const uiRule = (service: string, { host, sources }: PublicUi): Resource =>
  listenerRule(service, { host, path: '/' }, [{ Field: 'source-ip', SourceIpConfig: { Values: sources } }])
