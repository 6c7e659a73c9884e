/**
 * Draws the rooms from the imports: `npm run docs:rooms` writes docs/rooms.md, with `--check` it only checks
 * whether the page is up to date.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cruise, type ICruiseOptions } from 'dependency-cruiser'
import rules, { ROOMS } from '../.dependency-cruiser.mjs'

const repository = join(import.meta.dirname, '..')
const page = join(repository, 'docs', 'rooms.md')
const FOLDERS = [
  'core',
  'adapters',
  'functions',
  'cli',
  'local',
  'apps',
  'buildspecs',
  'resources',
  'scripts',
]

/** The folders as a Mermaid diagram, with everything that `collapse` matches as one box. */
async function picture(folders: string[], collapse: string): Promise<string> {
  const options: ICruiseOptions = {
    ...(rules.options as ICruiseOptions),
    baseDir: repository,
    outputType: 'mermaid',
    includeOnly: `^(${folders.join('|')})/`,
    collapse,
  }
  const { output } = await cruise(folders, options)
  const lines = String(output).trim().replace('flowchart LR', 'flowchart BT').split('\n')
  const arrows = lines.filter(isArrow).sort()
  // The tool lists arrows in the order of the import statements, which says nothing.
  return ['```mermaid', ...lines.filter((line) => !isArrow(line)), ...arrows, '```'].join('\n')
}

const isArrow = (line: string): boolean => line.includes('-->')

const row = ({ room, floor, may, sentence }: (typeof ROOMS)[number]): string =>
  `| \`${room}/\` | ${floor} | ${sentence} | ${may.map((each) => each.replace('core/', '')).join(', ') || '–'} |`

async function text(): Promise<string> {
  const core = ROOMS.filter(({ room }) => room.startsWith('core/'))
  const others = ROOMS.filter(({ room }) => !room.startsWith('core/'))
  return `# Rooms

Made from the imports by \`npm run docs:rooms\`; \`npm run check\` fails when this page is out of date. The rules are in
\`.dependency-cruiser.mjs\`: a room imports what its row names and nothing else. The local region's Python has
[its own picture](rooms-region.md).

## The rooms of core/

Each room imports from lower floors only. An arrow means "imports".

${await picture(['core'], '^core/[^/]+')}

| room | floor | what it is for | may import |
| --- | --- | --- | --- |
${core.map(row).join('\n')}

## The whole house

${await picture(FOLDERS, '^[^/]+')}

| room | floor | what it is for | may import |
| --- | --- | --- | --- |
${others.map(row).join('\n')}
`
}

const wanted = await text()
if (!process.argv.includes('--check')) await writeFile(page, wanted)
else if ((await readFile(page, 'utf8').catch(() => '')) !== wanted) {
  process.stderr.write('docs/rooms.md is out of date: run "npm run docs:rooms" and commit the page\n')
  process.exitCode = 1
}
