import type { Identity } from '../lib/metadata.ts'

/** What the page shows: who answered, and how often this instance has answered so far. */
export interface Answer {
  identity: Identity | null
  served: number
  uptimeSeconds: number
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: light-dark(#f4f6fa, #10151f) }
main { width: min(34rem, 92vw); padding: 2rem; border-radius: 1rem; background: light-dark(#fff, #1a2130);
  border-top: .5rem solid var(--instance); box-shadow: 0 .5rem 2rem #0002 }
h1 { margin: 0 0 1rem; font-size: 1.4rem }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .4rem 1.2rem; margin: 0 }
dt { opacity: .7 }
dd { margin: 0; font-family: ui-monospace, monospace; overflow-wrap: anywhere }
p { margin: 1.2rem 0 0; opacity: .7 }`

/** The page as HTML. Each instance has its own colour, so that you see at once which one answered. */
export function page(answer: Answer): string {
  const rows = Object.entries(facts(answer))
    .map(([name, value]) => `<dt>${name}</dt><dd data-fact="${name}">${escapeHtml(String(value))}</dd>`)
    .join('')
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>web</title><style>${STYLE}</style></head>
<body style="--instance: hsl(${hue(answer.identity?.instanceId ?? '')} 70% 50%)"><main><h1>Answered by one of the fleet</h1>
<dl>${rows}</dl><p>Reload: the load balancer asks the instances in turn.</p></main></body></html>`
}

/** The same facts as plain data, for `/whoami` and for scripts. */
export function facts({ identity, served, uptimeSeconds }: Answer): Record<string, string | number> {
  return {
    instance: identity?.instanceId ?? 'not on EC2',
    zone: identity?.zone ?? 'unknown',
    image: identity?.imageId ?? 'unknown',
    address: identity?.address ?? 'unknown',
    served,
    uptime: `${Math.floor(uptimeSeconds)} s`,
  }
}

function hue(text: string): number {
  let sum = 0
  for (const character of text) sum = (sum * 31 + character.charCodeAt(0)) % 360
  return sum
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
