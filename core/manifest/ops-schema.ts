import * as z from 'zod'

const text = z.string()
const texts = z.array(text)
const table = z.record(text, text)
const flag = z.boolean()
const whole = z.int('is not a whole number').min(0, 'is below 0')

const cloud = z.strictObject({
  Platform: text.optional(),
  ProjectID: text.optional(),
  Zone: text.optional(),
  BucketName: text.optional(),
  Flavor: text.optional(),
  ImageName: text.optional(),
  ImageType: text.optional(),
  InstanceProfile: text.optional(),
  VPC: text.optional(),
  Subnet: text.optional(),
  SecurityGroup: text.optional(),
  Tags: z.array(z.strictObject({ key: text, value: text })).optional(),
  UserData: text.optional(),
  StaticIP: text.optional(),
  DomainName: text.optional(),
  EnableIPv6: flag.optional(),
  Spot: flag.optional(),
  KMS: text.optional(),
  RootVolume: z
    .strictObject({
      Name: text.optional(),
      Typeof: text.optional(),
      Size: whole.optional(),
      Iops: whole.optional(),
      Throughput: whole.optional(),
    })
    .optional(),
  DedicatedHostID: text.optional(),
  SkipImportVerify: flag.optional(),
  ConfidentialVM: flag.optional(),
})

const run = z.strictObject({
  Memory: text.optional(),
  CPUs: whole.optional(),
  Ports: texts.optional(),
  UDPPorts: texts.optional(),
  InstanceName: text.optional(),
  InstanceGroup: text.optional(),
  IPAddress: text.optional(),
  NetMask: text.optional(),
  Gateway: text.optional(),
  Nics: z.array(z.unknown()).optional(),
  Background: flag.optional(),
  JSON: flag.optional(),
  Accel: flag.optional(),
})

/** The `config.json` of nanovms/ops, closed: the keys that its version 0.1.46 knows. */
export const opsConfigSchema = z.strictObject({
  Args: texts.optional(),
  Env: table.optional(),
  Dirs: texts.optional(),
  Files: texts.optional(),
  MapDirs: table.optional(),
  Mounts: table.optional(),
  Program: text.optional(),
  ProgramPath: text.optional(),
  NameServers: texts.optional(),
  Klibs: texts.optional(),
  KlibDir: text.optional(),
  Kernel: text.optional(),
  NanosVersion: text.optional(),
  NightlyBuild: flag.optional(),
  Boot: text.optional(),
  Uefi: flag.optional(),
  UefiBoot: text.optional(),
  BaseVolumeSz: text.optional(),
  TargetRoot: text.optional(),
  LocalFilesParentDirectory: text.optional(),
  DisableArgsCopy: flag.optional(),
  RebootOnExit: flag.optional(),
  Debugflags: texts.optional(),
  NoTrace: texts.optional(),
  ManifestPassthrough: z.record(text, z.unknown()).optional(),
  Version: text.optional(),
  Language: text.optional(),
  Description: text.optional(),
  VolumesDir: text.optional(),
  PackageBaseURL: text.optional(),
  PackageManifestURL: text.optional(),
  TFSv4: flag.optional(),
  TargetConfig: z.record(text, z.unknown()).optional(),
  CloudConfig: cloud.optional(),
  RunConfig: run.optional(),
})
