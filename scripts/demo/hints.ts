import type { DemoApp } from './apps/demo-app.ts'

/** What to try while the demo stays up, as text. */
export function hints(apps: DemoApp[]): string {
  const all: DemoApp['next'] = [
    ['nanofleet status', 'what is running, healthy or not'],
    ...apps.flatMap(({ next }) => next),
  ]
  const width = Math.max(...all.map(([command]) => command.length))
  const lines = all.map(([command, does]) => `  npx ${command.padEnd(width)}  ${does}`)
  return `
Try, in another terminal:
${lines.join('\n')}

Ctrl-C stops the region and keeps its state.`
}
