import { TAG } from '../../../core/base/names.ts'

export interface FleetInstance {
  id: string
  address: string
  kind: 'service' | 'consulserver'
  app: string
  service: string
  definition: string
}

export const BENCH_VPC = 'vpc-0a1b2c3d4e5f60718'

const tag = ([key, value]: [string, string]): string =>
  `<item><key>${key}</key><value>${value}</value></item>`

/**
 * An instance as DescribeInstances returns it, including everything that a round does not read: about 5 KB.
 */
export function reservation({ id, address, kind, app, service, definition }: FleetInstance): string {
  const unique = id.slice(2)
  const tags: [string, string][] = [
    ['Name', `nanofleet-bench-${app}-${service}`],
    [TAG.kind, kind],
    ...(kind === 'service' ? [[TAG.definition, definition] as [string, string]] : []),
    [TAG.stage, 'bench'],
    [TAG.app, app],
    [TAG.service, service],
    [TAG.release, '12'],
    ['aws:autoscaling:groupName', `nanofleet-bench-${app}-${service}`],
    ['aws:ec2launchtemplate:id', 'lt-0a1b2c3d4e5f60718'],
    ['aws:ec2launchtemplate:version', '7'],
  ]
  const group = `<groupSet><item><groupId>sg-${unique}</groupId><groupName>nanofleet-bench-${app}-${service}</groupName></item></groupSet>`
  const dns = `<privateDnsName>ip-${address.replaceAll('.', '-')}.eu-west-1.compute.internal</privateDnsName>`
  return (
    `<item><reservationId>r-${unique}</reservationId><ownerId>000000000000</ownerId><groupSet/><requesterId>940372691376</requesterId>` +
    `<instancesSet><item><instanceId>${id}</instanceId><imageId>ami-${unique}</imageId>` +
    `<instanceState><code>16</code><name>running</name></instanceState>${dns}<dnsName/><reason/><amiLaunchIndex>0</amiLaunchIndex>` +
    `<productCodes/><instanceType>t3.micro</instanceType><launchTime>2026-01-01T00:00:00.000Z</launchTime>` +
    `<placement><availabilityZone>eu-west-1a</availabilityZone><availabilityZoneId>euw1-az1</availabilityZoneId><groupName/><tenancy>default</tenancy></placement>` +
    `<monitoring><state>disabled</state></monitoring><subnetId>subnet-0a1b2c3d4e5f60718</subnetId><vpcId>${BENCH_VPC}</vpcId>` +
    `<privateIpAddress>${address}</privateIpAddress><sourceDestCheck>true</sourceDestCheck>${group}` +
    `<architecture>x86_64</architecture><rootDeviceType>ebs</rootDeviceType><rootDeviceName>/dev/sda1</rootDeviceName>` +
    `<blockDeviceMapping><item><deviceName>/dev/sda1</deviceName><ebs><volumeId>vol-${unique}</volumeId><status>attached</status>` +
    `<attachTime>2026-01-01T00:00:00.000Z</attachTime><deleteOnTermination>true</deleteOnTermination></ebs></item></blockDeviceMapping>` +
    `<virtualizationType>hvm</virtualizationType><clientToken>${unique}-${unique}</clientToken>` +
    `<tagSet>${tags.map(tag).join('')}</tagSet><hypervisor>xen</hypervisor>` +
    `<networkInterfaceSet><item><networkInterfaceId>eni-${unique}</networkInterfaceId><subnetId>subnet-0a1b2c3d4e5f60718</subnetId>` +
    `<vpcId>${BENCH_VPC}</vpcId><description/><ownerId>000000000000</ownerId><status>in-use</status><macAddress>0a:00:00:00:00:01</macAddress>` +
    `<privateIpAddress>${address}</privateIpAddress>${dns}<sourceDestCheck>true</sourceDestCheck>${group}` +
    `<attachment><attachmentId>eni-attach-${unique}</attachmentId><deviceIndex>0</deviceIndex><status>attached</status>` +
    `<attachTime>2026-01-01T00:00:00.000Z</attachTime><deleteOnTermination>true</deleteOnTermination><networkCardIndex>0</networkCardIndex></attachment>` +
    `<privateIpAddressesSet><item><privateIpAddress>${address}</privateIpAddress>${dns}<primary>true</primary></item></privateIpAddressesSet>` +
    `<ipv6AddressesSet/><interfaceType>interface</interfaceType></item></networkInterfaceSet>` +
    `<iamInstanceProfile><arn>arn:aws:iam::000000000000:instance-profile/nanofleet-bench-${app}-${service}</arn><id>AIPA${unique}</id></iamInstanceProfile>` +
    `<ebsOptimized>false</ebsOptimized><enaSupport>true</enaSupport><cpuOptions><coreCount>1</coreCount><threadsPerCore>2</threadsPerCore></cpuOptions>` +
    `<capacityReservationSpecification><capacityReservationPreference>open</capacityReservationPreference></capacityReservationSpecification>` +
    `<hibernationOptions><configured>false</configured></hibernationOptions><enclaveOptions><enabled>false</enabled></enclaveOptions>` +
    `<metadataOptions><state>applied</state><httpTokens>required</httpTokens><httpPutResponseHopLimit>2</httpPutResponseHopLimit><httpEndpoint>enabled</httpEndpoint><httpProtocolIpv6>disabled</httpProtocolIpv6><instanceMetadataTags>disabled</instanceMetadataTags></metadataOptions>` +
    `<platformDetails>Linux/UNIX</platformDetails><usageOperation>RunInstances</usageOperation><usageOperationUpdateTime>2026-01-01T00:00:00.000Z</usageOperationUpdateTime>` +
    `<privateDnsNameOptions><hostnameType>ip-name</hostnameType><enableResourceNameDnsARecord>false</enableResourceNameDnsARecord></privateDnsNameOptions>` +
    `<maintenanceOptions><autoRecovery>default</autoRecovery></maintenanceOptions><currentInstanceBootMode>legacy-bios</currentInstanceBootMode>` +
    `</item></instancesSet></item>`
  )
}
