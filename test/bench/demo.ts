import type { Context } from '../../cli/context.ts'
import { reset } from '../../local/supervisor.ts'
import { table } from '../../local/table.ts'
import { boutique } from '../../scripts/demo/apps/boutique.ts'
import type { DemoApp } from '../../scripts/demo/apps/demo-app.ts'
import { web } from '../../scripts/demo/apps/web.ts'
import { Story } from '../../scripts/demo/story.ts'
import { bringEverythingUp, chapters, exerciseAndTearDown } from '../../scripts/demo/tour.ts'
import { cpuOf } from './lib/processes.ts'
import { benchSettings } from './lib/region.ts'
import { bench, progress, type Report, seconds } from './lib/report.ts'

/** Seconds that the demo of an app may take on two cores with nothing else to do, set-up not counted. */
const DEMOS: { app: DemoApp; target: number }[] = [
  { app: web, target: 60 },
  { app: boutique, target: 100 },
]

interface Step {
  name: string
  milliseconds: number
}

interface Chapter extends Step {
  cpuSeconds: number
}

/** Tells the story on standard error and takes down what each chapter costs. */
class MeasuredStory extends Story {
  readonly chapters: Chapter[] = []

  override async chapter<T>(name: string, work: () => Promise<T>): Promise<T> {
    const [began, cpu] = [performance.now(), await cpuOf(process.pid)]
    try {
      return await super.chapter(name, work)
    } finally {
      const milliseconds = performance.now() - began
      this.chapters.push({ name, milliseconds, cpuSeconds: (await cpuOf(process.pid)) - cpu })
    }
  }

  override say(text: string): void {
    process.stderr.write(`${text}\n`)
  }
}

interface Demo {
  app: string
  chapters: Chapter[]
  runs: Step[]
  totalMilliseconds: number
  cpuSeconds: number
  targetSeconds: number
  withinTarget: boolean
}

/** The demo as `npm run demo -- web --once` and the same with `boutique` run it, one after the other or only one. */
async function measure({ app: only }: { app: string }): Promise<Report> {
  const demos = []
  for (const { app, target } of DEMOS)
    if (only === '' || app.name === only) demos.push(await measureDemo(app, target))
  return {
    data: { demos },
    text: demos.map(demoText).join('\n\n'),
    withinTarget: demos.every(({ withinTarget }) => withinTarget),
  }
}

/** The time of each chapter and of each workflow run in it. */
async function measureDemo(app: DemoApp, targetSeconds: number): Promise<Demo> {
  const settings = benchSettings()
  const story = new MeasuredStory(chapters([app]).all + 1)
  await reset(settings)
  let runs: Step[]
  try {
    const shown = await bringEverythingUp(settings, [app], story, progress)
    await exerciseAndTearDown(shown, story)
    runs = await workflowRuns(shown.context)
  } finally {
    await story.chapter('Stop the region and remove its state', () => reset(settings))
  }
  const totalMilliseconds = sum(story.chapters.map(({ milliseconds }) => milliseconds))
  const cpuSeconds = sum(story.chapters.map((chapter) => chapter.cpuSeconds))
  const withinTarget = totalMilliseconds <= targetSeconds * 1000
  return {
    app: app.name,
    chapters: story.chapters,
    runs,
    totalMilliseconds,
    cpuSeconds,
    targetSeconds,
    withinTarget,
  }
}

function demoText({ app, chapters, runs, totalMilliseconds: total, cpuSeconds, ...demo }: Demo): string {
  return [
    table([
      [`demo of ${app}`, 'time', 'share', 'processor'],
      ...chapters.map((chapter) => [
        chapter.name,
        seconds(chapter.milliseconds),
        `${Math.round((chapter.milliseconds / total) * 100)} %`,
        `${chapter.cpuSeconds.toFixed(1)} s`,
      ]),
      ['total', seconds(total), '100 %', `${cpuSeconds.toFixed(1)} s`],
    ]),
    table([['workflow run', 'time'], ...runs.map(({ name, milliseconds }) => [name, seconds(milliseconds)])]),
    `${demo.withinTarget ? 'within' : 'over'} the target of ${demo.targetSeconds} s`,
  ].join('\n\n')
}

/** Every workflow run of the demo in the order of its start; runs that others started are among them. */
async function workflowRuns(context: Context): Promise<Step[]> {
  const workflows = context.workflows()
  const kinds = ['deploy', 'build', 'service', 'scale', 'teardown', 'clean-amis']
  const runs = (await Promise.all(kinds.map((kind) => workflows.latest(kind, 20)))).flat()
  return runs
    .toSorted((one, other) => Number(one.startedAt) - Number(other.startedAt))
    .map(({ name, workflow, startedAt, endedAt }) => ({
      name: `${workflow} ${name}`,
      milliseconds: Number(endedAt ?? startedAt) - Number(startedAt),
    }))
}

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0)

await bench(measure, { app: '' })
