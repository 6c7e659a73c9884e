/** What a key of config.json holds, in the words of Go's types: `[Fields]` is a list of objects. */
export type Holds =
  | 'text'
  | 'texts'
  | 'flag'
  | 'whole'
  /** texts by name */
  | 'table'
  /** what ops writes into the image as it is */
  | 'tuple'
  | Fields
  | readonly [Fields]

/** A key of nanovms/ops, and what becomes of it on our way of building an image. */
export interface Key {
  holds: Holds
  /** Why the image would differ from what the author reads, and what to do instead. */
  refused?: readonly [problem: string, remedy: string]
  /** What the value does not do, and why. */
  ignored?: string
}

export interface Fields {
  readonly [name: string]: Key
}

const acts = (holds: Holds): Key => ({ holds })
const ignored = (holds: Holds, why: string): Key => ({ holds, ignored: `has no effect: ${why}` })
const refused = (holds: Holds, problem: string, remedy: string): Key => ({
  holds,
  refused: [problem, remedy],
})

const FROM_CONTAINER = ['the files of an image come from its Dockerfile', 'copy them there'] as const
const FROM_LOCK = [
  "the stage's buildspecs/tools.lock.json decides which Nanos is in the image",
  'remove it',
] as const
const ONE_ADDRESS = [
  'every instance would take this one address',
  'remove it: the VPC gives each instance its own',
] as const
const NETWORK = "the stage's network is taken"
const IN_APP_YML = (key: string) => `${key} in app.yml decides`
const OTHER_CLOUD = 'it is for another cloud'
const OPS_RUN = 'it is for `ops run`'
const OUR_WAY = 'Nanofleet makes and names images and instances itself'

const TAG: Fields = {
  key: acts('text'),
  value: acts('text'),
  attribute: acts({
    image_label: acts('flag'),
    instance_label: acts('flag'),
    instance_network: acts('flag'),
    instance_metadata: acts('flag'),
  }),
}

const CLOUD: Fields = {
  BucketName: ignored('text', "the stage's own bucket is taken"),
  BucketNamespace: ignored('text', OTHER_CLOUD),
  ConfidentialVM: ignored('flag', OTHER_CLOUD),
  DedicatedHostID: ignored('text', 'instances run on shared hosts'),
  DomainName: ignored('text', IN_APP_YML('expose')),
  EnableIPv6: ignored('flag', NETWORK),
  Flavor: ignored('text', IN_APP_YML('instanceType')),
  ImageName: ignored('text', OUR_WAY),
  ImageType: ignored('text', OTHER_CLOUD),
  InstanceProfile: ignored('text', IN_APP_YML('permissions')),
  KMS: ignored('text', "the account's default encryption of EBS applies"),
  Platform: ignored('text', OUR_WAY),
  ProjectID: ignored('text', OTHER_CLOUD),
  RootVolume: ignored(
    {
      name: acts('text'),
      iops: acts('whole'),
      size: acts('whole'),
      throughput: acts('whole'),
      typeof: acts('text'),
    },
    'BaseVolumeSz decides the size of the disk',
  ),
  SecurityGroup: ignored('text', IN_APP_YML('needs')),
  SkipImportVerify: ignored('flag', OUR_WAY),
  Spot: ignored('flag', OTHER_CLOUD),
  StaticIP: ignored('text', NETWORK),
  Subnet: ignored('text', NETWORK),
  Tags: ignored([TAG], OUR_WAY),
  UserData: ignored('text', IN_APP_YML('env')),
  VPC: ignored('text', NETWORK),
  Zone: ignored('text', NETWORK),
}

const NIC: Fields = {
  IPAddress: acts('text'),
  IPv6Address: acts('text'),
  NetMask: acts('text'),
  Gateway: acts('text'),
  BridgeName: acts('text'),
}

const RUN: Fields = {
  Accel: ignored('flag', OPS_RUN),
  AtExit: ignored('text', OPS_RUN),
  AttachVolumeOnInstanceCreate: ignored('flag', OTHER_CLOUD),
  Background: ignored('flag', OPS_RUN),
  BackgroundDetach: ignored('flag', OPS_RUN),
  BridgeIPAddress: ignored('text', OPS_RUN),
  BridgeName: ignored('text', OPS_RUN),
  Bridged: ignored('flag', OPS_RUN),
  CPUs: ignored('whole', IN_APP_YML('instanceType')),
  CanIPForward: ignored('flag', OTHER_CLOUD),
  Debug: ignored('flag', OPS_RUN),
  GPUType: ignored('text', IN_APP_YML('instanceType')),
  GPUs: ignored('whole', IN_APP_YML('instanceType')),
  Gateway: ignored('text', NETWORK),
  GdbPort: ignored('whole', OPS_RUN),
  IPAddress: refused('text', ...ONE_ADDRESS),
  IPv6Address: refused('text', ...ONE_ADDRESS),
  ImageName: ignored('text', OUR_WAY),
  InstanceGroup: ignored('text', OUR_WAY),
  InstanceName: ignored('text', OUR_WAY),
  JSON: ignored('flag', OUR_WAY),
  Kernel: ignored('text', OPS_RUN),
  Memory: ignored('text', IN_APP_YML('instanceType')),
  Mgmt: ignored('text', OPS_RUN),
  Mounts: ignored('texts', OPS_RUN),
  NetMask: ignored('text', NETWORK),
  Nics: ignored([NIC], NETWORK),
  Ports: { holds: 'texts', ignored: `opens nothing and only sets OPS_PORT: ${IN_APP_YML('port')}` },
  QMP: ignored('flag', OPS_RUN),
  ShowDebug: ignored('flag', OUR_WAY),
  ShowErrors: ignored('flag', OUR_WAY),
  ShowWarnings: ignored('flag', OUR_WAY),
  TapName: ignored('text', OPS_RUN),
  ThreadsPerCore: ignored('whole', IN_APP_YML('cpus')),
  UDPPorts: ignored('texts', OPS_RUN),
  Verbose: ignored('flag', OUR_WAY),
  Vga: ignored('flag', OPS_RUN),
  VolumeSizeInGb: ignored('whole', OTHER_CLOUD),
}

/** The keys of ops 0.1.46 (types/config.go), in the letters of Go; it reads them in any case. */
export const CONFIG: Fields = {
  Args: acts('texts'),
  BaseVolumeSz: acts('text'),
  Boot: refused('text', ...FROM_LOCK),
  BuildDir: refused('text', 'ops deletes this folder with all that is in it', 'remove it'),
  CloudConfig: acts(CLOUD),
  Debugflags: acts('texts'),
  Description: acts('text'),
  Dirs: refused('texts', ...FROM_CONTAINER),
  // The packager always asks for this.
  DisableArgsCopy: acts('flag'),
  Env: acts('table'),
  Files: refused('texts', ...FROM_CONTAINER),
  Force: ignored('flag', OUR_WAY),
  Kernel: refused('text', ...FROM_LOCK),
  KlibDir: refused('text', ...FROM_LOCK),
  Klibs: acts('texts'),
  Language: acts('text'),
  LocalFilesParentDirectory: ignored('text', FROM_CONTAINER[0]),
  ManifestPassthrough: acts('tuple'),
  MapDirs: refused('table', ...FROM_CONTAINER),
  Mounts: refused(
    'table',
    'an instance has one disk and nothing to mount',
    'remove it; BaseVolumeSz makes the disk larger',
  ),
  NameServers: ignored('texts', "the stage's resolvers are taken"),
  NanosVersion: refused('text', ...FROM_LOCK),
  NightlyBuild: refused('flag', ...FROM_LOCK),
  NoTrace: acts('texts'),
  PackageBaseURL: ignored('text', OUR_WAY),
  PackageManifestURL: ignored('text', OUR_WAY),
  Program: acts('text'),
  ProgramPath: ignored('text', OPS_RUN),
  RebootOnExit: acts('flag'),
  RunConfig: acts(RUN),
  TFSv4: acts('flag'),
  TargetConfig: ignored('table', OTHER_CLOUD),
  TargetRoot: ignored('text', FROM_CONTAINER[0]),
  Uefi: refused('flag', ...FROM_LOCK),
  UefiBoot: refused('text', ...FROM_LOCK),
  Version: acts('text'),
  VolumesDir: ignored('text', OPS_RUN),
  home: ignored('text', OUR_WAY),
}
