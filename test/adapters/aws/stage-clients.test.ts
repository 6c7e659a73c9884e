import { describe, expect, it } from '@jest/globals'
import * as clients from '../../../adapters/aws/clients.ts'
import { StageClients } from '../../../adapters/aws/stage-clients.ts'

const settings = {
  region: 'eu-west-1',
  endpoint: 'http://127.0.0.1:1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
}

describe('the clients of a stage', () => {
  const stage = new StageClients(settings)

  it.each([
    ['autoScaling', stage.autoScaling, clients.autoScaling],
    ['cloudFormation', stage.cloudFormation, clients.cloudFormation],
    ['cloudWatch', stage.cloudWatch, clients.cloudWatch],
    ['documents', stage.documents, clients.documents],
    ['ec2', stage.ec2, clients.ec2],
    ['lambda', stage.lambda, clients.lambda],
    ['loadBalancing', stage.loadBalancing, clients.loadBalancing],
    ['logs', stage.logs, clients.logs],
    ['s3', stage.s3, clients.s3],
    ['sqs', stage.sqs, clients.sqs],
    ['ssm', stage.ssm, clients.ssm],
    ['stepFunctions', stage.stepFunctions, clients.stepFunctions],
    ['sts', stage.sts, clients.sts],
  ])('have %s as functions do, with the settings of the stage, and make it once', async (_name, of, make) => {
    const client = of()
    expect(client.constructor).toBe(make(settings).constructor)
    expect(await client.config.region()).toBe('eu-west-1')
    expect(await client.config.maxAttempts()).toBe(5)
    expect(of()).toBe(client)
  })

  it('name buckets in the path where an endpoint is given, and in the host at AWS', () => {
    expect(stage.s3().config.forcePathStyle).toBe(true)
    expect(new StageClients({ region: 'eu-west-1' }).s3().config.forcePathStyle).toBe(false)
  })
})
