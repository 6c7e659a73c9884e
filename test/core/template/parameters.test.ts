import { describe, expect, it } from '@jest/globals'
import { declare, templateParameters } from '../../../core/template/parameters.ts'
import { serviceTemplate } from '../../../core/template/service.ts'
import { SAMPLE_STAGES } from '../../../scripts/sample-stages.ts'
import { studio } from '../../apps/studio.ts'

const local = SAMPLE_STAGES[1] as (typeof SAMPLE_STAGES)[0]

describe('template parameters', () => {
  const template = serviceTemplate({ bundle: studio(), service: 'master', stage: local })
  const platform = { LoadBalancerArn: 'arn:lb', HttpListenerArn: 'arn:listener' }
  const app = { MasterGroup: 'sg-1', RefTasks: 'tasks', GetAttTasksArn: 'arn:tasks' }

  it('are exactly those that the template declares', () => {
    const values = templateParameters(template, { stage: local, platform, app, imageId: 'ami-1', release: 7 })
    expect(Object.keys(values).sort()).toEqual(Object.keys(template.Parameters ?? {}).sort())
    expect(values).toMatchObject({ MasterGroup: 'sg-1', ImageId: 'ami-1', Release: '7', Domain: 'localhost' })
  })

  it('are declared in the order of their names, with a pattern for ids only', () => {
    const declared = declare(['VpcId', 'Stage', 'Tasks'])
    expect(Object.keys(declared)).toEqual(['Stage', 'VpcId'])
    expect(declared).toStrictEqual({
      Stage: { Type: 'String', Description: 'Name of the stage' },
      VpcId: {
        Type: 'String',
        Description: 'The network of the stage',
        AllowedPattern: '^vpc-[0-9a-z-]+$',
      },
    })
  })

  it('have their default where nothing gives a value, and are none of a template without any', () => {
    const { Parameters: _none, ...plain } = template
    expect(templateParameters(plain, { stage: local })).toEqual({})
    const sized = { ...plain, Parameters: { Size: { Type: 'Number', Default: '3' } } }
    expect(templateParameters(sized, { stage: local })).toEqual({ Size: '3' })
  })

  it('say what is missing', () => {
    expect(() => templateParameters(template, { stage: local, app, imageId: 'ami-1', release: 7 })).toThrow(
      'Service master of the app studio, stage local: no value for the parameter HttpListenerArn; deploy the platform first',
    )
  })
})
