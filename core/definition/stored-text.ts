/**
 * A definition as Parameter Store keeps it. A text with `{{` would be refused there, as it could refer to
 * another parameter (Systems Manager API Reference, "PutParameter", Value); base64 of it is not, and every
 * reader takes that too.
 */
export function storedText(text: string): string {
  if (!text.includes('{{')) return text
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)))
}

/** How many bytes `storedText` has, without making it. */
export function storedLength(text: string): number {
  const { length } = new TextEncoder().encode(text)
  return text.includes('{{') ? Math.ceil(length / 3) * 4 : length
}
