import { describe, expect, it } from '@jest/globals'
import { InvalidInput } from '../../../core/base/errors.ts'
import { readApp } from '../../../core/template/app-folder.ts'

const GOOD: Record<string, string> = {
  'app.yml': 'app: web\nresources: data.yml\nservices:\n  web: {env: {TABLE: {Ref: Tasks}}}\n',
  'data.yml':
    'Resources:\n  Tasks: {Type: "AWS::DynamoDB::Table"}\n  Copy:\n    Type: AWS::S3::Bucket\n    Properties: {BucketName: !Join ["-", [!Ref Stage, !Ref Tasks]]}\n',
  'web/config.json': '{"Program": "/app/program", "Klibs": ["userdata"]}',
  'web/consul.json':
    '{"service": {"name": "web", "checks": [{"http": "http://HEALTHROUTE:8080/", "interval": "10s"}]}}',
}
const read = (changes: Record<string, string | undefined> = {}) => {
  const files = Object.entries({ ...GOOD, ...changes }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  )
  return readApp('web', new Map(files))
}

describe('an app folder', () => {
  it('gives manifest, resources, configuration and definition', () => {
    const { manifest, resources, services } = read()
    expect(manifest.app).toBe('web')
    expect(resources).toMatchObject({
      Resources: {
        Copy: { Properties: { BucketName: { 'Fn::Join': ['-', [{ Ref: 'Stage' }, { Ref: 'Tasks' }]] } } },
      },
    })
    expect(services).toEqual({
      web: { definition: GOOD['web/consul.json'], config: { Program: '/app/program', Klibs: ['userdata'] } },
    })
  })

  it('needs no definition', () => {
    expect(read({ 'web/consul.json': undefined }).services.web?.definition).toBeNull()
  })

  it.each<[string, Record<string, string | undefined>, string]>([
    [
      'no manifest',
      { 'app.yml': undefined },
      'images/web: has no app.yml; write one; docs/manifest.md says what it holds',
    ],
    [
      'another name',
      { 'app.yml': 'app: shop\nservices:\n  web: {}\n' },
      'images/web/app.yml: app: "shop" is not the name of its folder; call the app web or rename the folder to shop',
    ],
    [
      'a missing service folder',
      { 'app.yml': 'app: web\nservices:\n  wbe: {}\n' },
      'images/web/app.yml: services.wbe: no folder images/web/wbe; did you mean "web"?',
    ],
    [
      'a missing configuration',
      { 'web/config.json': undefined },
      'images/web/web: has no config.json; write the configuration of ops; {"Program": "/app/program"} is the least',
    ],
    [
      'an unknown key of ops',
      { 'web/config.json': '{\n  "Klib": []\n}' },
      'images/web/web/config.json:2: Klib: unknown key; did you mean "Klibs"?',
    ],
    [
      'an unknown key of ops further down',
      { 'web/config.json': '{"CloudConfig": {"Flavour": "t3"}}' },
      'images/web/web/config.json:1: CloudConfig.Flavour: unknown key; did you mean "Flavor"?',
    ],
    [
      'a wrong type',
      { 'web/config.json': '{"Args": "x"}' },
      'images/web/web/config.json:1: Args: "x" is not a list; give a list',
    ],
    [
      'a definition in HCL with another name',
      { 'web/consul.json': undefined, 'web/service.hcl': 'service { name = "web" }' },
      'images/web/web/service.hcl: is not read; call it images/web/web/consul.hcl',
    ],
    [
      'two definitions',
      { 'web/consul.hcl': '{}' },
      'images/web/web/consul.hcl: says the same as consul.json; keep one of the two',
    ],
    [
      'a folder of another service',
      { 'web/config.json': undefined, 'web/consul.json': undefined, 'zzz/config.json': '{}' },
      'images/web/app.yml: services.web: no folder images/web/web; known are zzz',
    ],
    [
      'an unknown section',
      { 'data.yml': 'Resurces: {}\n' },
      'images/web/data.yml:1: Resurces: unknown key; did you mean "Resources"?',
    ],
    [
      'missing resources',
      { 'data.yml': undefined },
      'images/web/app.yml: resources: no file images/web/data.yml; known are web/config.json, web/consul.json',
    ],
    [
      'an unknown section',
      { 'data.yml': 'Resource: {}\n' },
      'images/web/data.yml:1: Resource: unknown key; did you mean "Resources"?',
    ],
    [
      'targets that hold nobody',
      {
        'data.yml': `${GOOD['data.yml']}  Targets:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Metadata: {Nanofleet: {Service: wbe}}
    Properties: {Port: 8600}
`,
      },
      'images/web/data.yml: Resources.Targets: no service "wbe" in the app; did you mean "web"?',
    ],
    [
      'a reference to nothing',
      {
        'data.yml': `${GOOD['data.yml']}  Bad:\n    Type: AWS::S3::Bucket\n    Properties: {BucketName: !Ref Task}\n`,
      },
      'images/web/data.yml:6: Resources.Bad: refers to "Task"; did you mean "Tasks"?',
    ],
    [
      'an output that refers to nothing',
      { 'data.yml': `${GOOD['data.yml']}Outputs:\n  Out: {Value: !Ref Task}\n` },
      'images/web/data.yml:7: Outputs.Out: refers to "Task"; did you mean "Tasks"?',
    ],
    [
      'an environment that refers to nothing',
      { 'app.yml': 'app: web\nresources: data.yml\nservices:\n  web: {env: {TABLE: {Ref: Task}}}\n' },
      'images/web/app.yml: services.web: refers to "Task", which the resources of the app do not have; did you mean "Tasks"?',
    ],
  ])('is refused for %s', (_fault, changes, sentence) => {
    expect(() => read(changes)).toThrow(InvalidInput)
    expect(() => read(changes)).toThrow(sentence)
  })

  it('is refused for a configuration that is not JSON', () => {
    expect(() => read({ 'web/config.json': '{Program: x}' })).toThrow(
      /^images\/web\/web\/config\.json:1: is not JSON \(.+\); correct it$/,
    )
  })

  it('is refused for a bad Consul definition, with its place', () => {
    expect(() => read({ 'web/consul.json': '{"name": "web", "check": {"htp": "x"}}' })).toThrow(
      /^images\/web\/web\/consul\.json: /,
    )
  })
})
