import { Ec2Instances } from '../../adapters/aws/ec2-instances.ts'
import { registerMessages } from '../../core/registration/register-batch.ts'
import { registerNew } from '../../core/registration/register-new.ts'
import { reconcile } from '../../core/registration/round.ts'

/** What the property checks: the shipped code, or a copy of it with a fault (`mutants.ts`). */
export const rules = { Ec2Instances, registerMessages, registerNew, reconcile }
export type Rules = typeof rules
