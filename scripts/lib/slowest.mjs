/** The files that took longest, a line each. */
export function slowest(files, count = 10) {
  const first = [...files].sort((one, other) => other.seconds - one.seconds).slice(0, count)
  return first.map(({ file, seconds }) => `${seconds.toFixed(1).padStart(7)} s  ${file}`)
}
