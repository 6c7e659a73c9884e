import fc from 'fast-check'
import { stringify } from 'yaml'
import { containerKeys, otherObjects, podKeys, probe, workloadKeys } from './kubernetes-shapes.ts'
import { command, image, mostly, name, others, port, value } from './written-values.ts'

const container = fc.record(
  {
    name: mostly(name),
    image: mostly(image),
    command: mostly(command),
    args: mostly(command),
    ports: mostly(
      fc.array(
        fc.record(
          {
            containerPort: port,
            name: fc.constantFrom('http', 'grpc', 'x'),
            protocol: fc.constantFrom('TCP', 'UDP'),
          },
          { requiredKeys: ['containerPort'] },
        ),
        { maxLength: 3 },
      ),
    ),
    env: mostly(
      fc.array(
        fc.oneof<fc.Arbitrary<unknown>[]>(
          fc.record({ name: fc.constantFrom('A', 'DB_HOST', 'API_URL', 'PORT', '__proto__'), value }),
          fc.constantFrom(
            { name: 'S', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
            { name: 'C', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } },
            { name: 'F', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
            {},
          ),
        ),
        { maxLength: 4 },
      ),
    ),
    envFrom: mostly(fc.constantFrom([{ configMapRef: { name: 'c' } }], [{ secretRef: { name: 's' } }, {}])),
    readinessProbe: mostly(probe),
    livenessProbe: mostly(probe),
    resources: mostly(
      fc.constantFrom(
        { limits: { memory: '128Mi', cpu: '250m' } },
        { requests: { memory: '1e3Gi', cpu: 'x' } },
      ),
    ),
    volumeMounts: mostly(
      fc.constantFrom(
        [
          { name: 'v', mountPath: '/etc/x' },
          { name: 'v', mountPath: '/etc/y', subPath: 'k' },
        ],
        [{ name: 'w', mountPath: '../..' }],
      ),
    ),
    workingDir: mostly(fc.constant('/app')),
  },
  { requiredKeys: [] },
)

/** At times with some of the rarer keys. */
const sometimes = (keys: fc.Arbitrary<object>) =>
  fc
    .tuple(fc.option(keys, { freq: 2, nil: {} }), fc.nat())
    .map(([given, seed]) =>
      Object.fromEntries(Object.entries(given).filter((_, index) => (seed >> (index % 31)) % 3 === 0)),
    )
const anyContainer = fc
  .tuple(container, sometimes(containerKeys))
  .map(([plain, rare]): object => ({ ...plain, ...rare }))

const labels = (app: string) => ({ app })
const workload = fc
  .record({
    kind: fc.constantFrom(
      'Deployment',
      'Deployment',
      'StatefulSet',
      'DaemonSet',
      'Job',
      'CronJob',
      'ReplicaSet',
    ),
    name,
    containers: fc.array(anyContainer, { minLength: 1, maxLength: 2 }),
    pod: sometimes(podKeys),
    more: sometimes(workloadKeys),
    replicas: mostly(fc.constantFrom(0, 2)),
  })
  .map(({ kind, name, containers, pod, more, replicas }) => ({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name },
    spec: {
      replicas,
      ...more,
      template: {
        metadata: { labels: labels(name) },
        spec: {
          containers,
          volumes: [
            { name: 'v', configMap: { name: 'c' } },
            { name: 'w', emptyDir: {} },
          ],
          ...pod,
        },
      },
    },
  }))
const service = fc
  .record({
    name,
    type: fc.constantFrom('ClusterIP', 'LoadBalancer', 'ExternalName'),
    ports: mostly(
      fc.constantFrom(
        [{ port: 80, targetPort: 3000 }],
        [{ port: 80, targetPort: 'http', name: 'http' }],
        [{ port: 'x' }],
      ),
    ),
  })
  .map(({ name, type, ports }) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { type, ports, selector: labels(name) },
  }))
const ingress = name.map((each) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: each, annotations: { 'x/rewrite-target': '/' } },
  spec: {
    tls: [],
    rules: [
      {
        host: `${each}.example.com`,
        http: {
          paths: [
            { path: '/a(/|$)(.*)', backend: { service: { name: each, port: { number: 80 } } } },
            { path: '/b', backend: {} },
          ],
        },
      },
    ],
  },
}))
const rest = fc.constantFrom<unknown>(
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { k: 'v', 'a.conf': 'x' } },
  { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { k: 'dg==' } },
  { apiVersion: 'v1', kind: 'Whatever' },
  { apiVersion: 'v1', kind: 'List', items: [null, 3, { kind: 'Pod' }] },
  { kind: 'Role', metadata: [] },
  ['x'],
)

export const kubernetesProjects: fc.Arbitrary<Record<string, string>> = fc
  .record({
    objects: fc.array(
      fc.oneof<fc.Arbitrary<unknown>[]>(workload, workload, service, ingress, otherObjects, rest),
      { minLength: 3, maxLength: 8 },
    ),
    how: fc.constantFrom('documents', 'files', 'list', 'json'),
    others,
  })
  .map(({ objects, how, others }) => ({ ...others, ...written(objects, how) }))

/** Objects as documents of one file, as files, as a list and as JSON. */
function written(objects: unknown[], how: string): Record<string, string> {
  const list = { apiVersion: 'v1', kind: 'DeploymentList', items: objects }
  if (how === 'list') return { 'k8s/all.yml': `# all\n---\n${stringify(list)}` }
  if (how === 'json') return { 'k8s/all.json': JSON.stringify({ ...list, kind: 'List' }, null, 2) }
  if (how === 'documents')
    return { 'k8s/all.yml': `---\n${objects.map((each) => stringify(each)).join('---\n')}---\n` }
  return Object.fromEntries(objects.map((each, index) => [`k8s/${index}.yaml`, stringify(each)]))
}
