import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { parse } from 'yaml'
import { SILENT } from '../../cli/progress/history.ts'
import { ROOT } from '../apps/apps.ts'

/** What a person who follows a run is shown, by the name of the state. */
const SHOWN = [
  'AdvanceService',
  'ApplyAppStack',
  'ApplyServiceStack',
  'BringUpService',
  'BuildImage',
  'BuildImages',
  'BuildMeanwhile',
  'ChangeSecrets',
  'DeleteAppStack',
  'DeleteServiceStack',
  'DeployApp',
  'EndJobs',
  'ExplainBuild',
  'FindRequiredApps',
  'FreeLock',
  'LaunchInstances',
  'LookAtServers',
  'ManageKafka',
  'Plan',
  'PlanRestart',
  'PlanScale',
  'PlanTeardown',
  'PrepareData',
  'PrepareSecrets',
  'PutDefinitions',
  'RecordImage',
  'RecordRelease',
  'RecordScale',
  'RemoveData',
  'RestoreData',
  'SetAside',
  'TakeUpData',
  'RegisterAgain',
  'RemoveApp',
  'RemoveDefinitions',
  'RemoveFirstDeployment',
  'RemoveImage',
  'RestartService',
  'ScaleService',
  'StartJob',
  'StopService',
  'TakeLock',
  'TidyAppStack',
]

interface Machine {
  States: Record<string, { Type: string; ItemProcessor?: Machine; Branches?: Machine[] }>
}

/** Only tasks become steps (`readHistory`). */
function tasks({ States }: Machine): string[] {
  return Object.entries(States).flatMap(([name, { Type, ItemProcessor, Branches = [] }]) => [
    ...(Type === 'Task' ? [name] : []),
    ...[...(ItemProcessor ? [ItemProcessor] : []), ...Branches].flatMap(tasks),
  ])
}

const folder = join(ROOT, 'workflows')
const workflows = readdirSync(folder).filter((file) => file.endsWith('.asl.yml'))
const tasksOf = (file: string) => tasks(parse(readFileSync(join(folder, file), 'utf8')) as Machine)

describe('the tasks of', () => {
  it.each(workflows)('%s are each either shown to a person who follows a run or silent', (file) => {
    const unclear = tasksOf(file).filter((name) => SHOWN.includes(name) === SILENT.includes(name))
    expect(unclear).toEqual([])
  })

  it('the lists all exist', () => {
    const all = new Set(workflows.flatMap(tasksOf))
    expect([...SHOWN, ...SILENT].filter((name) => !all.has(name))).toEqual([])
  })
})
