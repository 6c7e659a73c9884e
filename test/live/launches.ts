import { ResumeProcessesCommand, SuspendProcessesCommand } from '@aws-sdk/client-auto-scaling'
import type { Context } from '../../cli/context.ts'
import { serviceStack } from '../../core/base/names.ts'

/** Does something while a service's group launches no instance: what waits for one goes on waiting. */
export async function withoutLaunches<T>(
  context: Context,
  app: string,
  service: string,
  work: () => Promise<T>,
): Promise<T> {
  const group = {
    AutoScalingGroupName: serviceStack(context.stage, app, service),
    ScalingProcesses: ['Launch'],
  }
  await context.autoScaling().send(new SuspendProcessesCommand(group))
  try {
    return await work()
  } finally {
    await context.autoScaling().send(new ResumeProcessesCommand(group))
  }
}
