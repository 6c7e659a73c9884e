/** One sentence about something of the source: what became of it, and what its owner does instead. */
export interface Said {
  /**
   * `left`: it is not in the files. `todo`: it is, and its owner has to do something. `inferred`: nobody
   * wrote it; it was concluded.
   */
  kind: 'left' | 'todo' | 'inferred'
  /** Where it is in the source: file, object, field. */
  place: string
  what: string
  instead?: string
}

/** What is said while an app is made, in the order of the source; the same sentence only once. */
export class Sentences {
  readonly #all = new Map<string, Said>()

  left(place: string, what: string, instead?: string): void {
    this.#add({ kind: 'left', place, what, ...(instead !== undefined && { instead }) })
  }

  todo(place: string, what: string, instead: string): void {
    this.#add({ kind: 'todo', place, what, instead })
  }

  inferred(place: string, what: string): void {
    this.#add({ kind: 'inferred', place, what })
  }

  /** Takes back what was said of an object: it is not part of the app, so its fields do not matter. */
  forget(object: string): void {
    const about = ({ place }: Said) =>
      place === object || (place.startsWith(object) && /^[.:[]/.test(place.slice(object.length)))
    for (const [key, said] of this.#all) if (about(said)) this.#all.delete(key)
  }

  get all(): Said[] {
    return [...this.#all.values()]
  }

  #add(said: Said): void {
    this.#all.set(sentence(said), said)
  }
}

export const sentence = ({ place, what, instead }: Said): string =>
  `${place}: ${what}${instead === undefined ? '' : `; ${instead}`}`

/** What takes the place of a secret in the source. */
export const SET_SECRET =
  'set it with "nanofleet secrets set APP SERVICE NAME", and name it under secrets of the service in app.yml'
