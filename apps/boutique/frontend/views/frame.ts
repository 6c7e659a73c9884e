import type { CurrencyCode } from '../currencies.ts'
import { type Content, type Html, html } from '../html.ts'
import type { Look } from './look.ts'

/** What surrounds a page. */
export interface Frame {
  title: string
  /** A word for the kind of page, which programs can rely on. */
  kind: 'home' | 'search' | 'product' | 'cart' | 'order' | 'problem'
  currency: CurrencyCode
  /** The choice of currencies; no menu without it. */
  currencies?: CurrencyCode[] | undefined
  /** Pieces in the cart, when known. */
  pieces?: number | undefined
  query?: string | undefined
}

/** A whole page around its content. */
export const page = (look: Look, frame: Frame, main: Content): Html => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="A small shop for things to wear, to drink from and to keep.">
<meta name="color-scheme" content="light dark">
<title>${frame.title} – Boutique</title>
<link rel="icon" href="${look.asset('/static/img/logo.svg')}" type="image/svg+xml">
<link rel="stylesheet" href="${look.asset('/static/shop.css')}">
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
${header(look, frame)}
<main id="main" data-page="${frame.kind}">
${main}
</main>
${footer(look)}
</body>
</html>
`

const header = (look: Look, { currency, currencies, pieces, query }: Frame): Html => html`<header class="top">
<div class="wide">
<a class="brand" href="/"><img src="${look.asset('/static/img/logo.svg')}" alt="" width="36" height="36">Boutique</a>
<form class="search" role="search" action="/" method="get">
<label class="hidden" for="q">Search the shop</label>
<input id="q" name="q" type="search" placeholder="Search" maxlength="100" autocomplete="off" value="${query}">
<button>Search</button>
</form>
${currencies && currencyMenu(currency, currencies)}
<a class="cart-link" href="/cart"><img src="${look.asset('/static/img/cart.svg')}" alt="" width="22" height="22"><span class="word">Cart</span>${
  pieces !== undefined && html` <span class="count">${pieces}<span class="hidden"> pieces</span></span>`
}</a>
</div>
</header>`

const currencyMenu = (current: CurrencyCode, choice: CurrencyCode[]): Html => html`<details class="currency">
<summary><span class="hidden">Currency: </span>${current}</summary>
<form action="/setCurrency" method="post">
${choice.map(
  (code) =>
    html`<button name="currency_code" value="${code}"${code === current && CURRENT}><b>${code}</b> ${name(code)}</button>`,
)}
</form>
</details>`

const CURRENT = html` aria-current="true"`

const names = new Intl.DisplayNames('en', { type: 'currency' })
const name = (code: CurrencyCode): string => names.of(code) ?? code

const footer = ({ identity }: Look): Html => html`<footer>
<div class="wide">
<p>A demonstration: nothing is sold here and no card is charged. <a href="/logout">Start over as somebody else</a></p>
<p class="served">Served by <span data-fact="instance">${identity?.instanceId ?? 'a plain process'}</span>${
  identity &&
  html` in <span data-fact="zone">${identity.zone}</span> from <span data-fact="image">${identity.imageId}</span>`
}</p>
</div>
</footer>`
