/**
 * Makes a value at its first use and keeps it: clients and settings live as long as the function's process,
 * and a module can be imported without the settings.
 */
export function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
