import { type Resource, sub } from '../base/cloudformation.ts'
import { controlName, serviceStack } from '../base/names.ts'
import type { ServicePlace } from './service-place.ts'

/**
 * When Scheduler cannot start a job, it tries again for this long; a job that is late by more waits for its
 * next time.
 */
const LATEST_SECONDS = 300

/** What starts a service's jobs by itself; nothing for one without a schedule. */
export function scheduleResources({
  app,
  service,
  spec,
  stage: { name },
}: ServicePlace): Record<string, Resource> {
  const { schedule } = spec
  if (!schedule) return {}
  const { when, timezone, args, timeout } = schedule
  return {
    Schedule: {
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        Description: `Jobs of ${serviceStack(name, app, service)}`,
        ScheduleExpression: when,
        ScheduleExpressionTimezone: timezone,
        FlexibleTimeWindow: { Mode: 'OFF' },
        State: 'ENABLED',
        Target: {
          Arn: sub(
            `arn:\${AWS::Partition}:states:\${AWS::Region}:\${AWS::AccountId}:stateMachine:${controlName(name, 'job')}`,
          ),
          RoleArn: sub(
            `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/${controlName(name, 'schedules')}`,
          ),
          Input: JSON.stringify({ app, service, args, timeoutSeconds: timeout, scheduled: true }),
          RetryPolicy: { MaximumEventAgeInSeconds: LATEST_SECONDS, MaximumRetryAttempts: 10 },
        },
      },
    },
  }
}
