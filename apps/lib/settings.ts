/**
 * Reads a variable that the service's manifest or image declares.
 * @throws Error naming the variable: Nanos starts a program even when the metadata service cannot be reached,
 * so each program has to notice by itself that its late environment is missing.
 */
export function required(name: string, environment: NodeJS.ProcessEnv = process.env): string {
  const value = environment[name]
  if (value === undefined || value === '') {
    throw new Error(`${name} is not set; declare it under env in the service's app.yml or config.json`)
  }
  return value
}

/**
 * Reads a TCP port.
 * @throws Error when it is missing or not a number from 1 to 65535
 */
export function requiredPort(name: string, environment: NodeJS.ProcessEnv = process.env): number {
  const text = required(name, environment)
  const port = Number(text)
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new Error(`${name} is ${JSON.stringify(text)}; it must be a port from 1 to 65535`)
  }
  return port
}

/**
 * Reads a TCP port that has a default.
 * @throws Error when it is set but not a valid port
 */
export function optionalPort(
  name: string,
  usual: number,
  environment: NodeJS.ProcessEnv = process.env,
): number {
  return environment[name] === undefined ? usual : requiredPort(name, environment)
}
