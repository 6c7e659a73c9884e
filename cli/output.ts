import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

/** Where a command writes: results to standard output, progress and hints to standard error. */
export class Output {
  readonly json: boolean
  readonly live: boolean

  constructor(json: boolean, live: boolean = process.stderr.isTTY === true) {
    this.json = json
    this.live = live
  }

  /** The command's result: `data` with `--json`, else `text` (or nothing, when the progress said it all). */
  result(data: unknown, text?: string): void {
    if (this.json) process.stdout.write(`${JSON.stringify(data, null, 2)}\n`)
    else if (text !== undefined) process.stdout.write(`${text}\n`)
  }

  /** A line of progress, kept out of the result. */
  note(line: string): void {
    process.stderr.write(`${line}\n`)
  }

  /** Replaces the last line written by `ephemeral`; only on a terminal. */
  ephemeral(line: string): void {
    if (this.live) process.stderr.write(`\r\u001b[2K${line.slice(0, (process.stderr.columns ?? 100) - 1)}`)
  }

  /** Colour on a terminal only; NO_COLOR and FORCE_COLOR are respected. */
  paint(style: Style, text: string): string {
    return styleText(style, text, { stream: process.stderr })
  }
}

/** Columns padded to their widest cell; the first row is the heading. */
export function table(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  )
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** `45 s`, `3 min 5 s`: how long something took or is ago, from milliseconds. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 60) return `${Math.round(seconds)} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`
}
