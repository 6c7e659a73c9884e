import { describe, expect, it } from '@jest/globals'
import { StageClients } from '../../../adapters/aws/stage-clients.ts'
import { stageZones } from '../../../adapters/aws/stage-zones.ts'
import { type Answer, CannedAws } from '../../support/canned-aws.ts'

const ACCOUNT = '<Account>123456789012</Account>'
const zone = (name: string, kind = 'availability-zone') =>
  `<item><zoneName>${name}</zoneName><zoneType>${kind}</zoneType></item>`
const ZONES = zone('us-west-1c') + zone('us-west-1-lax-1a', 'local-zone') + zone('us-west-1a')
const offer = (place: string) =>
  `<item><instanceType>t3.micro</instanceType><location>${place}</location></item>`
const OFFERS = offer('us-west-1a') + offer('us-west-1c')
const WEST: Record<string, Answer> = {
  GetCallerIdentity: ACCOUNT,
  DescribeType: '<Schema>{}</Schema>',
  DescribeStacks: '',
  DescribeAvailabilityZones: `<availabilityZoneInfo>${ZONES}</availabilityZoneInfo>`,
  DescribeInstanceTypeOfferings: `<instanceTypeOfferingSet>${OFFERS}</instanceTypeOfferingSet>`,
}

async function asked(answers: Record<string, Answer>, region = 'us-west-1') {
  const aws = new CannedAws({ ...WEST, ...answers })
  const clients = new StageClients({ ...(await aws.start()), region })
  try {
    return await stageZones(clients, { stage: 'dev', region }, ['t3.micro'])
  } finally {
    await aws.stop()
  }
}

describe('before a stage is deployed', () => {
  it('its region is asked for the zones that offer its types, local zones aside', async () => {
    expect(await asked({})).toEqual(['us-west-1a', 'us-west-1c'])
  })

  it('a region that lacks what a stage is made of is refused in one sentence', async () => {
    await expect(asked({ DescribeType: { error: 'TypeNotFoundException' } })).rejects.toThrow(
      /^region: us-west-1 has no AWS::CodeBuild::Project, which a stage is made of; name another region$/,
    )
  })

  it('a region of another partition is refused before anything is asked', async () => {
    await expect(asked({}, 'us-iso-east-1')).rejects.toThrow(/is in none of the partitions/)
  })

  it('zones that a deployed stage has stay', async () => {
    const stack = `<Stacks><member><StackName>nanofleet-dev</StackName><Outputs><member><OutputKey>Zones</OutputKey><OutputValue>us-west-1c,us-west-1a</OutputValue></member></Outputs></member></Stacks>`
    const answers = { DescribeStacks: stack, DescribeType: { error: 'TypeNotFoundException' } }
    expect(await asked(answers)).toEqual(['us-west-1c', 'us-west-1a'])
  })
})
