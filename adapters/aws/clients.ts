import { autoScaling } from './clients/auto-scaling.ts'
import { documents } from './clients/documents.ts'
import { ec2 } from './clients/ec2.ts'
import { ssm } from './clients/ssm.ts'
import { stepFunctions } from './clients/step-functions.ts'

// Clients for functions: each imports what it needs, and the bundler drops the others.
export { autoScaling } from './clients/auto-scaling.ts'
export { cloudFormation } from './clients/cloud-formation.ts'
export { cloudWatch } from './clients/cloud-watch.ts'
export { codeBuild } from './clients/code-build.ts'
export { documents } from './clients/documents.ts'
export { ec2 } from './clients/ec2.ts'
export { lambda } from './clients/lambda.ts'
export { loadBalancing } from './clients/load-balancing.ts'
export { logs } from './clients/logs.ts'
export { s3 } from './clients/s3.ts'
export { PROMPT } from './clients/settings.ts'
export { sqs } from './clients/sqs.ts'
export { ssm } from './clients/ssm.ts'
export { stepFunctions } from './clients/step-functions.ts'
export { sts } from './clients/sts.ts'

/** The clients that adapters/images/ami-evidence.ts reads with. */
export const evidence = () => ({
  ec2: ec2(),
  scaling: autoScaling(),
  ssm: ssm(),
  dynamo: documents(),
  sfn: stepFunctions(),
})
