/** At most `most` units of a text, without half of a pair that is one sign together, such as an emoji. */
export const cut = (text: string, most: number): string => {
  const end = text.length > most && /[\uD800-\uDBFF]/.test(text[most - 1] ?? '') ? most - 1 : most
  return text.slice(0, end).toWellFormed()
}
