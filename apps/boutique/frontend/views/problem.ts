import { type Html, html } from '../html.ts'

/** The page shown instead of the requested one. */
export const problem = (
  title: string,
  sentence: string,
  reference: string | undefined,
): Html => html`<div class="wide">
<div class="center">
<h1>${title}</h1>
<p>${sentence}</p>
${reference !== undefined && html`<p class="reference">Reference <span data-fact="reference">${reference}</span></p>`}
<p><a class="button" href="/">To the shop</a></p>
</div>
</div>`
