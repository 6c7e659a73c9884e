/** Milliseconds; the same clock in all processes of this machine, and nobody sets it. */
export const now = (): number => Number(process.hrtime.bigint()) / 1e6
