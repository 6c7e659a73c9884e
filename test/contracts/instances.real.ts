import { RunInstancesCommand } from '@aws-sdk/client-ec2'
import { Ec2Instances } from '../../adapters/aws/ec2-instances.ts'
import { liveStage } from '../live/stage.ts'
import { instancesContract } from './instances.ts'
import { ownImage } from './own-image.ts'
import { endInstances, ownNetwork, untilState } from './own-network.ts'

instancesContract('of EC2', async () => {
  const context = await liveStage()
  const ec2 = context.ec2()
  const [image, here, elsewhere] = [await ownImage(context), await ownNetwork(ec2), await ownNetwork(ec2)]
  return {
    source: new Ec2Instances(ec2, here.vpcId),
    vpcId: here.vpcId,
    launch: async (tags, where = 'here') => {
      const { Instances } = await ec2.send(
        new RunInstancesCommand({
          ImageId: image.id,
          InstanceType: 't3.micro',
          SubnetId: (where === 'here' ? here : elsewhere).subnetId,
          MinCount: 1,
          MaxCount: 1,
          TagSpecifications: [
            {
              ResourceType: 'instance',
              Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
            },
          ],
        }),
      )
      const id = Instances?.[0]?.InstanceId ?? ''
      await untilState(ec2, [id], 'running')
      return id
    },
    end: (id) => endInstances(ec2, [id]),
    stop: async () => {
      await here.stop()
      await elsewhere.stop()
      await image.stop()
    },
  }
})
