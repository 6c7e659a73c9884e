/** The largest picture that is accepted. */
export const ORIGINAL_BYTES = 50_000_000

/** A filtered picture may need more space than the original. */
export const RESULT_BYTES = 200_000_000

/** What the form around a picture may add. */
export const FORM_BYTES = 100_000

const MEGA = 1_000_000

/**
 * The libraries that decode these hold the whole picture: up to 18 bytes of memory per pixel, however small
 * the file.
 */
const WHOLE_KINDS = ['webp', 'avif']

/**
 * The most pixels of a picture of this kind; a worker has the memory for them (`npm run bench --
 * worker-memory`).
 */
export const mostPixels = (kind: string): number => (WHOLE_KINDS.includes(kind) ? 50 * MEGA : 100 * MEGA)
