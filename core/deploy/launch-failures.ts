import type { GroupEvent } from './fleet.ts'

/**
 * `hopeless`: another try will end the same way until a person changes something. `wait`: Auto Scaling tries
 * again by itself, in other zones too, and may succeed.
 */
export type Outlook = 'hopeless' | 'wait'

export interface LaunchFailure {
  /** What the sentence has in common, whatever names and numbers stand in it. */
  says: RegExp
  outlook: Outlook
}

const hopeless = (says: RegExp): LaunchFailure => ({ says, outlook: 'hopeless' })
const wait = (says: RegExp): LaunchFailure => ({ says, outlook: 'wait' })

/**
 * Why a launch failed, as StatusMessage of a scaling activity says it: mostly sentences without EC2's code.
 * They are those of the Auto Scaling User Guide, "Troubleshoot Amazon EC2 Auto Scaling" (launch failures, AMI
 * issues, load balancer issues, launch templates), and those of EC2's "Error codes for the Amazon EC2 API"
 * that a launch can meet; test/core/deploy/launch-failures.test.ts has each in full. The first match counts.
 */
export const LAUNCH_FAILURES: LaunchFailure[] = [
  // What passes by itself.
  wait(/do(es)? not have sufficient .*capacity|no Spot capacity available|Insufficient\w+Capacity/i),
  wait(/Availability Zone is no longer supported|not supported in your requested Availability Zone/i),
  wait(/Spot request price of .* is lower than|Max spot instance count exceeded|SpotMaxPriceTooLow/i),
  wait(/not enough free addresses in subnet|InsufficientFreeAddressesInSubnet/i),
  wait(/AMI .* is pending, and cannot be run/i),
  wait(/account is currently being verified|PendingVerification/i),
  // A profile or role made a moment ago is not known everywhere yet.
  wait(/Invalid IAM Instance Profile|iamInstanceProfile/i),
  wait(/Request limit exceeded|RequestLimitExceeded|Throttling|Rate exceeded/i),
  wait(
    /internal error has occurred|Server\.InternalError|InternalFailure|service is unavailable|Unavailable\)/i,
  ),
  // What a person has to change: quotas,
  hopeless(/more vCPU capacity than your current (vCPU )?limit|VcpuLimitExceeded/i),
  hopeless(/instance\(s\) are already running|InstanceLimitExceeded|quota/i),
  hopeless(/volume storage limit|VolumeLimitExceeded|maximum number of network interfaces/i),
  // the account,
  hopeless(/account is currently blocked|\(Blocked\)|OptInRequired|accept terms and subscribe/i),
  hopeless(/not authorized|UnauthorizedOperation|Access denied when attempting to assume role/i),
  hopeless(/Client\.InternalError: Client error on launch|Client\.InvalidKMSKey/i),
  // the image,
  hopeless(/AMI ID .* does not exist|image id .* does not exist|InvalidAMIID|AMI .*is (invalid|disabled)/i),
  hopeless(/does not match the architecture|virtualization type|InvalidSnapshot/i),
  hopeless(
    /block device mappings? (are )?not supported|Invalid device name|parameter virtualName is invalid/i,
  ),
  // or what the launch template asks for.
  hopeless(
    /security group .* does not exist|InvalidGroup\.NotFound|key pair .* does not exist|InvalidKeyPair/i,
  ),
  hopeless(/subnet (ID )?.* does not exist|InvalidSubnetID|InvalidParameter/i),
  hopeless(
    /instance type .* is not supported|requested configuration is currently not supported|\(Unsupported/i,
  ),
  hopeless(/Placement groups? .*(may not be used|is unknown)|valid fully-formed launch template/i),
  hopeless(/launch template .* does not exist|InvalidLaunchTemplate/i),
  hopeless(
    /load balancers? (not found|configuration failed)|Cannot find Load Balancer|no ACTIVE Load Balancer/i,
  ),
]

/** What is to be expected after a launch that failed with this message; one that nobody knows may pass. */
export const outlook = (message: string): Outlook =>
  LAUNCH_FAILURES.find(({ says }) => says.test(message))?.outlook ?? 'wait'

/** Milliseconds in which refused launches are one attempt: a group asks for one zone right after another. */
const ONE_ATTEMPT_MS = 5000

/**
 * The failed launches, oldest first, one for each attempt. An instance that ended before it served is an
 * attempt of its own; launches refused within some seconds are one (hashicorp/terraform-provider-aws#29753).
 */
export function attempts(failures: GroupEvent[]): GroupEvent[] {
  const counted: GroupEvent[] = []
  let began = Number.NEGATIVE_INFINITY
  for (const failure of failures) {
    const at = Date.parse(failure.at)
    if (failure.instance === undefined && at - began < ONE_ATTEMPT_MS) continue
    if (failure.instance === undefined) began = at
    counted.push(failure)
  }
  return counted
}
