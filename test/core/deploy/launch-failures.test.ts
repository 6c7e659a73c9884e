import { describe, expect, it } from '@jest/globals'
import { LAUNCH_FAILURES, type Outlook, outlook } from '../../../core/deploy/launch-failures.ts'

const GUIDE = 'Auto Scaling User Guide, "Troubleshoot issues: EC2 instance launch failures"'
const AMI = 'Auto Scaling User Guide, "Troubleshoot issues: AMI issues"'
const LOAD = 'Auto Scaling User Guide, "Troubleshoot issues: Load balancer issues"'
const CODES = 'EC2 API Reference, "Error codes for the Amazon EC2 API"'
const failed = (sentence: string): string => `${sentence} Launching EC2 instance failed.`

/** What AWS documents, with names filled in; the columns: expected, where it is documented, the sentence. */
const SENTENCES: [Outlook, string, string][] = [
  ['hopeless', GUIDE, failed('The security group nanofleet-web does not exist.')],
  ['hopeless', GUIDE, failed('The key pair mine does not exist.')],
  [
    'wait',
    GUIDE,
    failed(
      'The requested Availability Zone is no longer supported. Please retry your request by not specifying an Availability Zone or choosing eu-west-1a, eu-west-1b.',
    ),
  ],
  [
    'wait',
    GUIDE,
    failed(
      'Your requested instance type (t3.micro) is not supported in your requested Availability Zone (eu-west-1c). Please retry your request by not specifying an Availability Zone or choosing eu-west-1a, eu-west-1b.',
    ),
  ],
  [
    'wait',
    GUIDE,
    failed(
      'Your Spot request price of 0.015 is lower than the minimum required Spot request fulfillment price of 0.0735.',
    ),
  ],
  ['hopeless', GUIDE, failed('Invalid device name upload.')],
  [
    'hopeless',
    GUIDE,
    failed('Value (ephemeral9) for parameter virtualName is invalid. Expected format: ephemeralNUMBER.'),
  ],
  ['hopeless', GUIDE, failed('EBS block device mappings not supported for instance-store AMIs.')],
  ['hopeless', GUIDE, failed("Placement groups may not be used with instances of type 't3.micro'.")],
  ['hopeless', GUIDE, 'Client.InternalError: Client error on launch.'],
  [
    'wait',
    GUIDE,
    failed(
      'We currently do not have sufficient t3.micro capacity in the Availability Zone you requested (eu-west-1a). Our system will be working on provisioning additional capacity. You can currently get t3.micro capacity by not specifying an Availability Zone in your request or choosing eu-west-1b, eu-west-1c.',
    ),
  ],
  ['wait', GUIDE, failed('There is no Spot capacity available that matches your request.')],
  [
    'wait',
    GUIDE,
    failed(
      'The requested reservation does not have sufficient compatible and available capacity for this request.',
    ),
  ],
  ['hopeless', GUIDE, failed('20 instance(s) are already running.')],
  [
    'hopeless',
    'kubernetes/kops#15778, as Auto Scaling said it',
    failed(
      'You have requested more vCPU capacity than your current vCPU limit of 5 allows for the instance bucket that the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.',
    ),
  ],
  ['hopeless', AMI, failed('The AMI ID ami-0 does not exist.')],
  ['wait', AMI, failed('AMI ami-0 is pending, and cannot be run.')],
  ['hopeless', AMI, failed('Value (ami-0) for parameter virtualName is invalid.')],
  [
    'hopeless',
    AMI,
    "The requested instance type's architecture (arm64) does not match the architecture in the manifest for ami-0 (x86_64). Launching instance failed.",
  ],
  [
    'hopeless',
    AMI,
    failed(
      "Non-Windows instances with a virtualization type of 'hvm' are currently not supported for this instance type.",
    ),
  ],
  ['hopeless', LOAD, 'One or more load balancers not found. Validating load balancer configuration failed.'],
  ['hopeless', LOAD, 'Cannot find Load Balancer web. Validating load balancer configuration failed.'],
  [
    'hopeless',
    LOAD,
    'There is no ACTIVE Load Balancer named web. Updating load balancer configuration failed.',
  ],
  ['hopeless', LOAD, 'EC2 instance i-0 is not in VPC. Updating load balancer configuration failed.'],
  [
    'hopeless',
    LOAD,
    'Access denied when attempting to assume role arn:aws:iam::1:role/x. Validating load balancer configuration failed.',
  ],
  ['hopeless', CODES, 'You must use a valid fully-formed launch template. The request is not valid.'],
  ['hopeless', CODES, "The image id '[ami-0]' does not exist (InvalidAMIID.NotFound)"],
  ['hopeless', CODES, 'You are not authorized to perform this operation. (UnauthorizedOperation)'],
  ['hopeless', CODES, "The subnet ID 'subnet-0' does not exist (InvalidSubnetID.NotFound)"],
  [
    'wait',
    CODES,
    "There are not enough free addresses in subnet 'subnet-0' to satisfy the requested number of instances.",
  ],
  [
    'hopeless',
    CODES,
    'The requested configuration is currently not supported. Please check the documentation for supported configurations.',
  ],
  ['hopeless', CODES, 'This account is currently blocked and not recognized as a valid account. (Blocked)'],
  [
    'hopeless',
    CODES,
    'In order to use this AWS Marketplace product you need to accept terms and subscribe. (OptInRequired)',
  ],
  [
    'wait',
    CODES,
    'Your account is currently being verified. Verification normally takes less than 2 hours. (PendingVerification)',
  ],
  [
    'wait',
    CODES,
    'Value (nanofleet) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name',
  ],
  ['wait', CODES, 'Request limit exceeded. (RequestLimitExceeded)'],
  ['wait', CODES, 'An internal error has occurred (InternalError)'],
  ['hopeless', CODES, 'You have reached the maximum number of network interfaces.'],
  ['hopeless', CODES, "The security group 'sg-0' does not exist (InvalidGroup.NotFound)"],
  ['hopeless', CODES, 'Launch template lt-0 does not exist (InvalidLaunchTemplateId.NotFound)'],
  ['hopeless', CODES, 'You have exceeded your maximum gp3 volume storage limit of 50 TiB.'],
]

describe('a launch that failed', () => {
  it.each(SENTENCES)('is %s after what is in the %s: %s', (expected, _source, sentence) => {
    expect(outlook(sentence)).toBe(expected)
  })

  it('may still succeed when nobody knows what its message means', () => {
    expect(outlook('Something new.')).toBe('wait')
  })

  it('has a sentence for every row of the table', () => {
    const met = new Set(
      SENTENCES.map(([, , sentence]) => LAUNCH_FAILURES.find(({ says }) => says.test(sentence))),
    )
    expect(LAUNCH_FAILURES.filter((row) => !met.has(row)).map(({ says }) => String(says))).toEqual([])
  })
})
