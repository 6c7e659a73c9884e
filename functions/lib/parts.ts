import { BundleStore } from '../../adapters/aws/bundle-store.ts'
import * as clients from '../../adapters/aws/clients.ts'
import { CloudFormationStacks } from '../../adapters/aws/cloudformation.ts'
import { Ec2Instances } from '../../adapters/aws/ec2-instances.ts'
import { CountedHoldings } from '../../adapters/aws/holdings.ts'
import { brokersOf } from '../../adapters/aws/kafka-clusters.ts'
import { DynamoKeptBook } from '../../adapters/aws/kept-records.ts'
import { liftProtection } from '../../adapters/aws/load-balancing.ts'
import { DynamoLockTable } from '../../adapters/aws/lock-table.ts'
import { DynamoReleaseBook } from '../../adapters/aws/releases.ts'
import { RunFiles } from '../../adapters/aws/run-files.ts'
import { SecretParameters } from '../../adapters/aws/secret-parameters.ts'
import { StepFunctionsExecutions } from '../../adapters/aws/step-functions.ts'
import { TemplateStore } from '../../adapters/aws/template-store.ts'
import { readAwsAccess, readStackRole, readStage } from '../../adapters/config.ts'
import { consulDoor } from '../../adapters/consul/lambda-calls.ts'
import { once } from './once.ts'

/*
 * The adapters that several functions use, for the function's stage. A function imports those that it needs;
 * the bundler leaves the others out.
 */

/** The stage that this function belongs to. */
export const stage = once(() => readStage())

const s3 = /* @__PURE__ */ once(() => clients.s3())
const documents = /* @__PURE__ */ once(() => clients.documents())

export const bundles = () => new BundleStore(s3(), stage().bucket)
export const runs = () => new RunFiles(s3(), stage().bucket)
export const releases = () => new DynamoReleaseBook(documents(), stage().table)
export const locks = () => new DynamoLockTable(documents(), stage().table)
export const executions = () => new StepFunctionsExecutions(clients.stepFunctions())

export const kept = () => new DynamoKeptBook(documents(), stage().table)
export const templates = () => new TemplateStore(s3(), stage().bucket)
export const dataClients = { documents, s3, sqs: /* @__PURE__ */ once(() => clients.sqs()) }
export const holdings = () => new CountedHoldings({ ...dataClients, brokers: brokersOf(readAwsAccess()) })

/** Only to look at stacks. */
export const stacks = () => new CloudFormationStacks(clients.cloudFormation())
const unprotect = async (loadBalancer: string) => await liftProtection(clients.loadBalancing(), loadBalancer)
/** To delete them, too. */
export const removableStacks = () =>
  new CloudFormationStacks(clients.cloudFormation(), { role: readStackRole(), unprotect })
/** To create and change them, too. */
export const changeableStacks = () => {
  const means = { role: readStackRole(), templates: templates(), unprotect }
  return new CloudFormationStacks(clients.cloudFormation(), means)
}

export const instances = () => new Ec2Instances(clients.ec2(), stage().vpcId)
export const catalog = () => consulDoor(clients.lambda(), stage().name)
/** @param app whose secrets */
export const secrets = (app: string) => new SecretParameters(clients.ssm(), stage().name, app)
