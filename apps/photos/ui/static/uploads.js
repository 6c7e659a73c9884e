import { makeToken, send } from './sender.js'

const AT_ONCE = 3
const LARGEST = 50_000_000
/** A sent file stays in the list this long: its card is in the gallery by then. */
const SHOWN_MS = 1200

/** The chosen files, uploaded three at a time. */
export class Uploads {
  #waiting = []
  #sending = 0
  #list = document.querySelector('#uploads')
  #sent
  #say

  /**
   * @param {(task: object) => void} sent gets the task of each file that has arrived
   * @param {(sentence: string) => void} say announces it to screen readers
   */
  constructor(sent, say) {
    this.#sent = sent
    this.#say = say
    addEventListener('beforeunload', (event) => {
      if (this.#sending > 0) event.preventDefault()
    })
  }

  /** @param {Iterable<File>} files */
  add(files, filter) {
    for (const file of files) {
      const upload = { file, filter, token: makeToken(), row: new Row(file.name) }
      this.#list.append(upload.row.item)
      const problem = problemOf(file)
      if (problem) this.#failed(upload, problem, false)
      else this.#waiting.push(upload)
    }
    this.#next()
  }

  #next() {
    while (this.#sending < AT_ONCE && this.#waiting.length > 0) {
      this.#sending += 1
      const over = () => {
        this.#sending -= 1
        this.#next()
      }
      this.#start(this.#waiting.shift()).then(over, over)
    }
  }

  async #start(upload) {
    upload.row.say('Sending')
    const { task, problem, mayRetry } = await send(upload, {
      progress: (share) => upload.row.progress(share),
      waiting: (sentence) => upload.row.say(sentence),
    })
    if (task) {
      upload.row.sent()
      setTimeout(() => upload.row.item.remove(), SHOWN_MS)
      this.#sent(task)
    } else this.#failed(upload, problem, mayRetry)
  }

  /** The file keeps its token: if it did arrive after all, a retry does not count twice. */
  #failed(upload, sentence, mayRetry) {
    const again = () => {
      upload.row.say('Waiting')
      this.#waiting.push(upload)
      this.#next()
    }
    upload.row.failed(sentence, mayRetry ? again : undefined)
    this.#say(`${upload.file.name}: ${sentence}`)
  }
}

/** Problems that show without sending the file; the service has the last word. */
function problemOf(file) {
  if (file.size === 0) return 'It is empty or a folder; choose the pictures themselves.'
  if (file.size > LARGEST) return 'It is larger than the limit of 50 MB.'
  return undefined
}

/** One line of the list. */
class Row {
  item = document.createElement('li')
  #bar = document.createElement('progress')
  #note = document.createElement('span')
  #buttons = document.createElement('span')

  constructor(name) {
    const title = document.createElement('b')
    title.textContent = name
    this.#bar.max = 1
    this.#bar.value = 0
    this.#bar.setAttribute('aria-label', `${name}: how much is sent`)
    this.#note.className = 'note'
    this.#note.textContent = 'Waiting'
    this.#buttons.className = 'buttons'
    this.item.append(title, this.#bar, this.#note, this.#buttons)
  }

  say(text) {
    this.item.className = ''
    this.#note.textContent = text
    this.#buttons.replaceChildren()
  }

  progress(share) {
    this.#bar.value = share
    this.#note.textContent = share < 1 ? `${Math.floor(share * 100)} %` : 'Storing'
  }

  sent() {
    this.#bar.value = 1
    this.item.className = 'sent'
    this.#note.textContent = 'Sent'
  }

  failed(sentence, again) {
    this.item.className = 'refused'
    this.#bar.value = 0
    this.#note.textContent = sentence
    if (again) this.#buttons.append(button('Try again', again))
    this.#buttons.append(button('Dismiss', () => this.item.remove()))
  }
}

function button(text, act) {
  const made = document.createElement('button')
  made.type = 'button'
  made.textContent = text
  made.addEventListener('click', act)
  return made
}
