import type { DemoApp } from './apps/demo-app.ts'

/** What to do with a demo that stays up, as text. */
export function hints(apps: DemoApp[]): string {
  const all: DemoApp['next'] = [
    ['nanofleet status', 'what runs, healthy or not'],
    ...apps.flatMap(({ next }) => next),
  ]
  const width = Math.max(...all.map(([command]) => command.length))
  const lines = all.map(([command, does]) => `  npx ${command.padEnd(width)}  ${does}`)
  return `
Try, in another terminal:
${lines.join('\n')}

Ctrl-C stops the region and keeps its state.`
}
