import { describe, expect, it } from '@jest/globals'
import { moved } from './moved.ts'
import { DOCKERFILE, deployment, k8s, object, service, written } from './objects.ts'

const api = (container: object, ...more: object[]) => k8s(deployment('api', container), ...more)
const spec = (made: ReturnType<typeof moved>, name = 'api') => made.read().manifest.services[name]

describe('a Deployment', () => {
  const config = object('ConfigMap', 'c', { data: { k: 'v', 'a.conf': 'text' } })

  it.each<[term: string, container: object, expected: object]>([
    [
      'a port by its name',
      { ports: [{ containerPort: 3000, name: 'grpc-api' }] },
      { port: 3000, protocol: 'grpc' },
    ],
    ['a port of TCP', { ports: [{ containerPort: 3000, name: 'tcp-x' }] }, { port: 3000, protocol: 'tcp' }],
    [
      'variables',
      {
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: 'is $(A)' },
        ],
      },
      { env: { A: '1', B: 'is 1' } },
    ],
    ['a ConfigMap', { envFrom: [{ configMapRef: { name: 'c' }, prefix: 'P_' }] }, { env: { P_k: 'v' } }],
    [
      'a key of one',
      { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } }] },
      { env: { A: 'v' } },
    ],
    ['limits', { resources: { limits: { memory: '3Gi', cpu: '500m' } } }, { instanceType: 't3.medium' }],
    ['requests', { resources: { requests: { memory: '1Gi', cpu: '2' } } }, { instanceType: 't3.micro' }],
  ])('becomes ours with %s', (_term, container, expected) => {
    expect(spec(api(container, config))).toMatchObject(expected)
  })

  it.each<[probe: object, check: object]>([
    [
      { httpGet: { path: '/up', port: 'web' }, periodSeconds: 5, timeoutSeconds: 2 },
      { http: 'http://HEALTHROUTE:3000/up', interval: '5s', timeout: '2s' },
    ],
    [
      { httpGet: { port: 3000, httpHeaders: [{ name: 'Cookie', value: 'a=b' }] } },
      { http: 'http://HEALTHROUTE:3000/', header: { Cookie: ['a=b'] } },
    ],
    [{ httpGet: { port: 3000, scheme: 'HTTPS' } }, { tcp: 'HEALTHROUTE:3000' }],
    [{ grpc: { port: 3000 } }, { grpc: 'HEALTHROUTE:3000', interval: '1s' }],
    [
      { tcpSocket: { port: 3000 }, periodSeconds: 60 },
      { tcp: 'HEALTHROUTE:3000', interval: '10s' },
    ],
    [{ exec: { command: ['grpc_health_probe', '-addr=:3000'] } }, { grpc: 'HEALTHROUTE:3000' }],
  ])('is asked by Consul as by %j', (readinessProbe, check) => {
    const made = api({ ports: [{ containerPort: 3000, name: 'web' }], readinessProbe })
    expect(made.checks('api')).toEqual([expect.objectContaining(check)])
  })

  it('has a mounted ConfigMap as files of its image', () => {
    const mounts = {
      volumes: [{ name: 'v', configMap: { name: 'c', items: [{ key: 'a.conf', path: 'b.conf' }] } }],
    }
    const made = k8s(
      deployment('api', { volumeMounts: [{ name: 'v', mountPath: '/etc/x' }] }, mounts),
      config,
    )
    expect(made.file('api/files/etc/x/b.conf')).toBe('text')
  })

  it('is found by the names and ports of its Services', () => {
    const made = k8s(
      deployment('api', { ports: [{ containerPort: 3000, name: 'web' }] }),
      service('backend', { selector: { app: 'api' }, ports: [{ port: 80, targetPort: 'web' }] }),
      deployment('page', {
        image: 'api',
        env: ['http://backend', 'backend.default.svc.cluster.local:80', 'backend.io'].map((value, index) => ({
          name: `URL_${index}`,
          value,
        })),
      }),
    )
    expect(spec(made, 'page')).toMatchObject({
      needs: ['api'],
      env: {
        URL_0: 'http://backend.service.consul:3000',
        URL_1: 'backend.service.consul:3000',
        URL_2: 'backend.io',
      },
    })
  })

  it('shares the name of a Service that chooses several', () => {
    const behind = {
      template: {
        metadata: { labels: { app: 'x' } },
        spec: { containers: [{ image: 'api', ports: [{ containerPort: 3000 }] }] },
      },
    }
    const made = k8s(
      { ...deployment('one', {}), spec: behind },
      { ...deployment('two', {}), spec: behind },
      service('reviews', { selector: { app: 'x' }, ports: [{ port: 3000 }] }),
      deployment('page', { env: [{ name: 'REVIEWS_URL', value: 'http://reviews:3000' }] }),
    )
    expect(['one', 'two'].map((name) => made.checks(name))).toMatchObject([
      [{ name: 'reviews listens' }],
      [{ name: 'reviews listens' }],
    ])
    expect(spec(made, 'page')).toMatchObject({
      needs: ['one', 'two'],
      env: { REVIEWS_URL: 'http://reviews.service.consul:3000' },
    })
  })

  it('is exposed by an Ingress, by its host and path', () => {
    const paths = [{ path: '/shop', backend: { service: { name: 'api', port: { number: 80 } } } }]
    const made = api(
      { ports: [{ containerPort: 3000 }], readinessProbe: { httpGet: { path: '/up', port: 3000 } } },
      service('api', { ports: [{ port: 80, targetPort: 3000 }] }),
      object('Ingress', 'i', {
        spec: { tls: [{}], rules: [{ host: 'store.example.com', http: { paths } }] },
      }),
    )
    expect(spec(made)?.expose).toEqual({ host: 'store', port: 8000, path: '/shop', health: '/up' })
    expect(made.said).toContainEqual(
      expect.stringContaining('Ingress i: tls: a stage with a domain has a certificate'),
    )
  })

  it.each<[what: string, container: object, more: object, sentence: RegExp]>([
    [
      'a Secret',
      { envFrom: [{ secretRef: { name: 's' } }] },
      {},
      /the Secret s \(key\) is not for user data/,
    ],
    [
      'a key of a Secret',
      { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'key' } } }] },
      {},
      /env\.A: key of the Secret s/,
    ],
    [
      'a fact about the pod',
      { env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }] },
      {},
      /env\.A: is a fact about the pod \(status\.podIP\)/,
    ],
    [
      'a missing ConfigMap',
      { envFrom: [{ configMapRef: { name: 'no' } }] },
      {},
      /there is no ConfigMap no here/,
    ],
    [
      'an initContainer',
      {},
      { initContainers: [{ name: 'first' }] },
      /initContainer first: an instance runs one program/,
    ],
    [
      'a command as a check',
      { livenessProbe: { exec: { command: ['ls'] } } },
      {},
      /livenessProbe: would start a program beside/,
    ],
    [
      'delays',
      { readinessProbe: { tcpSocket: { port: 1 }, initialDelaySeconds: 9 } },
      {},
      /initialDelaySeconds: an instance is waited for/,
    ],
    [
      'a claim',
      { volumeMounts: [{ name: 'd', mountPath: '/d' }] },
      { volumes: [{ name: 'd', persistentVolumeClaim: {} }] },
      /volumeMounts \/d: an instance has no disk that outlives it/,
    ],
    [
      'places and rights',
      {},
      { nodeSelector: {}, serviceAccountName: 'x' },
      /spec: nodeSelector, serviceAccountName: without meaning/,
    ],
    ['lifecycle', { lifecycle: {} }, {}, /lifecycle: nothing can be started beside the program/],
  ])('is told what is not taken: %s', (_what, container, more, sentence) => {
    const made = k8s(deployment('api', container, more), object('Secret', 's', { stringData: { key: 'v' } }))
    expect(made.said.join('\n')).toMatch(sentence)
    made.read()
  })
})

describe('objects of Kubernetes', () => {
  it.each<[kind: string, sentence: RegExp]>([
    ['DaemonSet', /no hosts to run one on each/],
    ['Job', /a program that ends is no service; run its program once with "nanofleet job"/],
    ['CronJob', /give the service a schedule/],
    ['HorizontalPodAutoscaler', /give count in app.yml/],
    ['PodDisruptionBudget', /starts new instances before old ones go/],
    ['NetworkPolicy', /check needs in app.yml/],
    ['ServiceAccount', /say in permissions in app.yml/],
    ['ClusterRoleBinding', /say in permissions in app.yml/],
    ['PersistentVolumeClaim', /no disk that outlives it/],
    ['VirtualService', /there is no mesh/],
    ['Kustomization', /kubectl kustomize/],
    ['Widget', /is a kind that nothing here stands for/],
  ])('are named if they are not taken: %s', (kind, sentence) => {
    const made = api({}, object(kind, 'x'))
    expect(made.said).toContainEqual(
      expect.stringMatching(new RegExp(`^left k8s/all.yml: ${kind} x: .*${sentence.source}`)),
    )
  })

  it.each(['ReplicaSet', 'ReplicationController'])('are programs in the older kinds, too: %s', (kind) => {
    const made = k8s({ ...deployment('api', {}), kind })
    expect(made.services).toEqual(['api'])
    expect(made.said.join('\n')).not.toContain('nothing here stands for')
  })

  it('are read from Lists, and taken once', () => {
    const both = { apiVersion: 'v1', kind: 'List', items: [deployment('api', {}), deployment('api', {})] }
    const made = k8s(both)
    expect(made.services).toEqual(['api'])
    expect(made.said).toContainEqual(
      expect.stringContaining('Deployment api: is also in k8s/all.yml, which is taken'),
    )
  })

  it('are not read from the templates of a chart', () => {
    const made = moved(
      {
        'api/Dockerfile': DOCKERFILE,
        'k8s/all.yml': written([deployment('api', {})]),
        'k8s/chart/Chart.yaml': 'name: c',
        'k8s/chart/templates/d.yaml': 'apiVersion: v1\nkind: {{ .Values.kind }}\n',
      },
      'k8s',
    )
    expect(made.said).toContainEqual(
      expect.stringContaining('k8s/chart: is a chart of Helm; "helm template k8s/chart'),
    )
  })
})
