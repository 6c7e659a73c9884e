/** The file beside a source that says what is no part of its image, in the form that Docker reads. */
export const IGNORE_FILE = '.dockerignore'

/** The whole repository as a source, and the folder that it is in an archive, beside what is ours there. */
export const WHOLE = '.'
export const WHOLE_ARCHIVED = 'source'
