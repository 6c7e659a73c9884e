/** What people need to know from an AWS SDK error. Not an SDK type, so that any wrapped error can be read. */
interface Shape {
  name?: unknown
  code?: unknown
  message?: unknown
  cause?: unknown
  errors?: unknown
  $metadata?: unknown
}

const CREDENTIALS = 'set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run "aws configure"'

/** How services say that they do not know a key; so does a region that the account has not enabled. */
export const REFUSED_KEY =
  /^(InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId|SignatureDoesNotMatch|AuthFailure|InvalidSignatureException)$/

/** Error names of AWS (Common Error Types of each API reference) and what to do about them. */
const NAMED: [RegExp, (message: string) => string][] = [
  [/^CredentialsProviderError$/, () => `There are no AWS credentials; ${CREDENTIALS}`],
  [
    /^TokenProviderError$|SSOTokenProviderFailure/,
    () => 'The AWS sign-in is over; run "aws sso login" again',
  ],
  [
    /^(ExpiredToken|ExpiredTokenException|RequestExpired)$/,
    () => 'The AWS credentials have expired; sign in again',
  ],
  [REFUSED_KEY, () => `AWS does not accept the credentials; ${CREDENTIALS}`],
  [
    /^(OptInRequired|RegionDisabledException|SubscriptionRequiredException)$/,
    (message) =>
      `The account has not enabled this region or service (${message}); enable it in the account's settings, or name another region with --region`,
  ],
  [
    /^(AccessDenied|AccessDeniedException|UnauthorizedOperation|AccessDeniedFault|NotAuthorized)$/,
    (message) => `AWS does not allow this: ${message}`,
  ],
  [
    // DynamoDB's word for a table that is not there: the stage's own are made with its control plane.
    /^ResourceNotFoundException$/,
    (message) =>
      message.startsWith('Requested resource not found')
        ? 'The stage has no control plane, or not a whole one; make it with "nanofleet control deploy"'
        : `AWS refused: ResourceNotFoundException: ${message}`,
  ],
  [
    /Throttl|^(TooManyRequestsException|RequestLimitExceeded|ProvisionedThroughputExceededException|SlowDown)$/,
    () => 'AWS answers too many requests of this account right now; wait a minute and try again',
  ],
]

/** Errors of the connection (Node's error codes). */
const UNREACHABLE: Record<string, string> = {
  ECONNREFUSED: 'nothing answers there',
  ECONNRESET: 'the connection broke off',
  ENOTFOUND: 'its name is not known here; is there a network?',
  EAI_AGAIN: 'its name cannot be resolved',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no network',
  ETIMEDOUT: 'it does not answer in time',
  EPIPE: 'the connection broke off',
}

/** AWS, or the local region, cannot be reached at all. */
const unreachable = (place: string, why: string): string => `${place} cannot be reached: ${why}`

/**
 * One sentence for an error caused by AWS or the connection to it, from the error or its causes; undefined
 * for any other error.
 * @param place the endpoint's name in a sentence, such as `AWS in eu-west-1`
 */
export function awsProblem(error: unknown, place = 'AWS'): string | undefined {
  const chain = [...causes(error)]
  for (const { name, code, message } of chain) {
    const why =
      UNREACHABLE[String(code ?? wrappedCode(message))] ??
      (name === 'TimeoutError' ? UNREACHABLE.ETIMEDOUT : undefined)
    if (why) return unreachable(place, why)
  }
  for (const { name, message, code } of chain) {
    const known = NAMED.find(([pattern]) => pattern.test(String(name)) || pattern.test(String(code)))
    if (known) return known[1](String(message))
  }
  // If a cause is wrapped in a sentence of ours, that sentence is shown.
  const [first] = chain
  return first?.$metadata === undefined
    ? undefined
    : `AWS refused: ${String(first.name)}: ${String(first.message)}`
}

/** The SDK wraps errors from another realm and keeps only their message. */
const wrappedCode = (message: unknown): string | undefined =>
  /^AWS SDK error wrapper .*\b(E[A-Z]{3,})\b/.exec(String(message))?.[1]

/** An error, its cause, the cause of that; and of an AggregateError its first error. */
function* causes(error: unknown): Generator<Shape> {
  let next = error
  for (let depth = 0; depth < 8 && typeof next === 'object' && next !== null; depth += 1) {
    const shape = next as Shape
    yield shape
    next = shape.cause ?? (Array.isArray(shape.errors) ? shape.errors[0] : undefined)
  }
}
