import { controlNetwork } from '../../core/template/control-network.ts'

/**
 * Variable of serverless.yml: `${file(resources/plugin/network.js):network}`. The network is code, because
 * `plan-deploy` proves each plan against it: what is packaged here is what the function contains.
 */
export async function network({ resolveVariable }) {
  const [name, vpcCidr] = await Promise.all(['sls:stage', 'param:vpcCidr'].map(resolveVariable))
  const { Resources } = controlNetwork({ name, vpcCidr })
  return { Resources }
}
