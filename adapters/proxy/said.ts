import type { Header } from '../../core/proxy/message.ts'

/** What a service answered. */
export interface Said {
  status: number
  headers: Header[]
  /** Base64. */
  body: string
  trailers: Header[]
}
