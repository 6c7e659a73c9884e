/** What a worker can do to a picture. */
export const FILTERS = ['invert', 'grayscale', 'sepia', 'blur', 'sharpen', 'posterize', 'edges'] as const

export type Filter = (typeof FILTERS)[number]

/** The filter for a picture that was sent without one. */
export const DEFAULT_FILTER: Filter = 'invert'

export const isFilter = (text: string): text is Filter => (FILTERS as readonly string[]).includes(text)
