import { escapeHtml } from './static/card.js'

const MODULES = ['page', 'gallery', 'card', 'tally', 'live', 'uploads', 'sender', 'backoff']

/** In this order: the later ones build on the first. */
const STYLES = ['style', 'form', 'gallery']

interface Page {
  title: string
  body: string
  /** For browsers without JavaScript: reloads the page every few seconds while something is under way. */
  isUnfinished?: boolean
  /** Whether a script keeps it up to date. */
  isLive?: boolean
}

/** A whole page as HTML; `body` is already HTML. */
export function layout({ title, body, isUnfinished = false, isLive = false }: Page): string {
  const refresh = isUnfinished ? '<noscript><meta http-equiv="refresh" content="3"></noscript>' : ''
  const preloads = MODULES.map((name) => `<link rel="modulepreload" href="/static/${name}.js">`).join('\n')
  const script = isLive ? `${preloads}\n<script type="module" src="/static/page.js"></script>` : ''
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="/static/icon.svg" type="image/svg+xml">
${STYLES.map((name) => `<link rel="stylesheet" href="/static/${name}.css">`).join('\n')}
${refresh}${script}
</head>
<body>
${body}
</body>
</html>
`
}
