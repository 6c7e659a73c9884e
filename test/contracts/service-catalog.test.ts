import { ConsulDoor } from '../../adapters/consul/door.ts'
import { answerCalls } from '../../core/registration/door.ts'
import { FakeCatalog } from '../support/fake-catalog.ts'
import { catalogContract } from './service-catalog.ts'

const servers = [{ instanceId: 'i-0c1', address: '10.77.0.11' }]

catalogContract('in memory', async () => ({
  catalog: new FakeCatalog(servers),
  servers,
  stop: async () => {},
}))

catalogContract('in memory, behind the door', async () => {
  const catalog = new FakeCatalog(servers)
  return {
    catalog: new ConsulDoor((request) => answerCalls(catalog, request, '10.77.0.0/16')),
    servers,
    stop: async () => {},
  }
})
