/** This picture cannot be processed; the message becomes the reason in its task. */
export class PictureFault extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'PictureFault'
  }
}

/**
 * libvips' message as one sentence: the original may span several lines, repeat itself and name our files.
 */
export function unreadable(cause: unknown): PictureFault {
  const text = cause instanceof Error ? cause.message : String(cause)
  const [line = ''] = text.split('\n')
  const said = line.replaceAll(/\S*\/\S+\/\S*/g, 'the file').replace(/[\s.:]+$/, '')
  return new PictureFault(`The picture cannot be read: ${said}.`, { cause })
}
