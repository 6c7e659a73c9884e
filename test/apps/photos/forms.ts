import { connect } from 'node:net'

/** Sends a form with a picture, and returns the answer. */
export async function sendForm(
  url: string,
  picture: Uint8Array<ArrayBuffer> | undefined,
  { fields = {}, name = 'cat.png', late = {}, headers = {} }: FormOptions = {},
): Promise<[status: number, text: string]> {
  const form = new FormData()
  for (const [key, value] of Object.entries(fields)) form.set(key, value)
  if (picture) form.set('image', new Blob([picture]), name)
  for (const [key, value] of Object.entries(late)) form.set(key, value)
  const response = await fetch(url, { method: 'POST', body: form, headers })
  return [response.status, await response.text()]
}

interface FormOptions {
  fields?: Record<string, string>
  name?: string
  late?: Record<string, string>
  headers?: Record<string, string>
}

/** Sends a form that starts with these fields and bytes of a picture, and then breaks off. */
export async function breakOff(
  url: string,
  fields: Record<string, string>,
  bytes: Uint8Array,
): Promise<void> {
  const { hostname, port, pathname } = new URL(url)
  const part = (header: string) => `--b\r\ncontent-disposition: form-data; ${header}\r\n\r\n`
  const head = Object.entries(fields).map(([key, value]) => `${part(`name="${key}"`)}${value}\r\n`)
  const begin = `POST ${pathname} HTTP/1.1\r\nhost: x\r\ncontent-type: multipart/form-data; boundary=b\r\n`
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  socket.write(
    `${begin}content-length: 9000000\r\n\r\n${head.join('')}${part('name="image"; filename="cat.png"')}`,
  )
  await new Promise((resolve) => socket.write(bytes, resolve))
  await new Promise((resolve) => setTimeout(resolve, 300))
  socket.destroy()
}
