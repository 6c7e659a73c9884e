import { jest } from '@jest/globals'

/** What functions print while `work` runs: lines about calls, and lines of metrics. */
export async function printed(work: () => Promise<unknown>) {
  const write = [process.stdout, process.stderr].map((stream) =>
    jest.spyOn(stream, 'write').mockImplementation(() => true),
  )
  try {
    await work()
    const text = write.flatMap(({ mock }) => mock.calls.map(([part]) => String(part))).join('')
    const all = text
      .split('\n')
      .filter(Boolean)
      .map((line): Record<string, unknown> => JSON.parse(line))
    return { lines: all.filter((line) => !('_aws' in line)), metrics: all.filter((line) => '_aws' in line) }
  } finally {
    for (const spy of write) spy.mockRestore()
  }
}
