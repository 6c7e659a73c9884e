import type { Context } from '../../cli/context.ts'
import { reset } from '../../local/supervisor.ts'
import { table } from '../../local/table.ts'
import { web } from '../../scripts/demo/apps/web.ts'
import { Story } from '../../scripts/demo/story.ts'
import { bringEverythingUp, chapters, exerciseAndTearDown } from '../../scripts/demo/tour.ts'
import { cpuOf } from './lib/processes.ts'
import { benchSettings } from './lib/region.ts'
import { bench, progress, type Report, seconds } from './lib/report.ts'

/** Seconds that the demo may take on two cores with nothing else to do, set-up not counted. */
const TARGET = 90

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

/** The demo as `npm run demo -- --once` runs it, with the time of each chapter and of each workflow run in it. */
async function measure(): Promise<Report> {
  const settings = benchSettings()
  const story = new MeasuredStory(chapters([web]).all + 1)
  await reset(settings)
  let runs: Step[]
  try {
    const shown = await bringEverythingUp(settings, [web], story, progress)
    await exerciseAndTearDown(shown, story)
    runs = await workflowRuns(shown.context)
  } finally {
    await story.chapter('Stop the region and remove its state', () => reset(settings))
  }
  const total = sum(story.chapters.map(({ milliseconds }) => milliseconds))
  const cpuSeconds = sum(story.chapters.map((chapter) => chapter.cpuSeconds))
  const withinTarget = total <= TARGET * 1000
  return {
    data: {
      chapters: story.chapters,
      runs,
      totalMilliseconds: total,
      cpuSeconds,
      targetSeconds: TARGET,
      withinTarget,
    },
    text: [
      table([
        ['chapter', 'time', 'share', 'processor'],
        ...story.chapters.map((chapter) => [
          chapter.name,
          seconds(chapter.milliseconds),
          `${Math.round((chapter.milliseconds / total) * 100)} %`,
          `${chapter.cpuSeconds.toFixed(1)} s`,
        ]),
        ['total', seconds(total), '100 %', `${cpuSeconds.toFixed(1)} s`],
      ]),
      table([
        ['workflow run', 'time'],
        ...runs.map(({ name, milliseconds }) => [name, seconds(milliseconds)]),
      ]),
      `${withinTarget ? 'within' : 'over'} the target of ${TARGET} s`,
    ].join('\n\n'),
    withinTarget,
  }
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

await bench(measure)
