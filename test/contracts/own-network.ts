import {
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DescribeInstancesCommand,
  type EC2Client,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import { until } from '../../scripts/demo/wait.ts'

/** A network just for one suite, so that the control plane takes its instances for somebody else's. */
export interface OwnNetwork {
  vpcId: string
  subnetId: string
  /** Ends every instance in it and removes it. */
  stop(): Promise<void>
}

/** Creates a network with one subnet. In the local region its instances are records without a process. */
export async function ownNetwork(ec2: EC2Client): Promise<OwnNetwork> {
  const CidrBlock = '10.98.0.0/24'
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock }))
  const vpcId = Vpc?.VpcId ?? ''
  const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: vpcId, CidrBlock }))
  const subnetId = Subnet?.SubnetId ?? ''
  return {
    vpcId,
    subnetId,
    stop: async () => {
      const { Reservations = [] } = await ec2.send(
        new DescribeInstancesCommand({ Filters: [{ Name: 'subnet-id', Values: [subnetId] }] }),
      )
      await endInstances(
        ec2,
        Reservations.flatMap(({ Instances = [] }) => Instances.map((each) => each.InstanceId ?? '')),
      )
      await ec2.send(new DeleteSubnetCommand({ SubnetId: subnetId }))
      await ec2.send(new DeleteVpcCommand({ VpcId: vpcId }))
    },
  }
}

/** Terminates instances and waits until they are. */
export async function endInstances(ec2: EC2Client, ids: string[]): Promise<void> {
  if (ids.length === 0) return
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: ids }))
  await untilState(ec2, ids, 'terminated')
}

/** Waits until all of these instances are in a state. */
export async function untilState(ec2: EC2Client, InstanceIds: string[], state: string): Promise<void> {
  await until(`all instances ${state}`, 20, async () => {
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ InstanceIds }))
    const states = Reservations.flatMap(({ Instances = [] }) => Instances.map((each) => each.State?.Name))
    return states.every((each) => each === state) ? true : undefined
  })
}
