/** The largest picture that is taken in. */
export const ORIGINAL_BYTES = 50_000_000

/** A filtered picture may need more room than the one it is made of. */
export const RESULT_BYTES = 200_000_000

/** What the form around a picture may add. */
export const FORM_BYTES = 100_000

const MEGA = 1_000_000

/** Libraries that decode these hold the whole picture: up to 18 bytes of memory per pixel, whatever its file has. */
const WHOLE_KINDS = ['webp', 'avif']

/** The most pixels of a picture of this kind; a worker has the memory for them (`npm run bench -- worker-memory`). */
export const mostPixels = (kind: string): number => (WHOLE_KINDS.includes(kind) ? 50 * MEGA : 100 * MEGA)
