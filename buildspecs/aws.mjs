// @ts-check
import { importFrom } from './modules.mjs'

/**
 * @typedef {(operation: string, input: object, signal?: AbortSignal) => Promise<any>} Call calls an operation
 * of a service by its name
 * @typedef {{ebs: Call, ec2: Call}} Aws
 */

/**
 * The services that make an AMI, by AWS's SDK. The client of EC2 takes 70 MB of memory, so it is loaded when
 * it is first needed, after the blocks have been sent.
 * @param {string[]} roots folders whose packages may be used
 * @param {object} [options] of the clients; the environment says the rest
 * @returns {Aws}
 */
export const awsFrom = (roots, options = {}) => ({
  ebs: service('EBSClient', () => importFrom('@aws-sdk/client-ebs', roots), options),
  ec2: service('EC2Client', () => importFrom('@aws-sdk/client-ec2', roots), options),
})

/** EBS throttles an account that sends many blocks at once; each is tried again, ever later. */
const PATIENT = { maxAttempts: 10, retryMode: 'adaptive' }

/**
 * @param {string} client the name of its class
 * @param {() => Promise<any>} load the package of the service
 * @param {object} options
 * @returns {Call}
 */
function service(client, load, options) {
  /** @type {Promise<{sdk: any, client: any}> | undefined} */
  let ready
  const start = async () => {
    const sdk = await load()
    return { sdk, client: new sdk[client]({ ...PATIENT, ...options }) }
  }
  return async (operation, input, signal) => {
    ready ??= start()
    const { sdk, client } = await ready
    const command = new sdk[`${operation}Command`](input)
    return await client.send(command, signal ? { abortSignal: signal } : {})
  }
}
