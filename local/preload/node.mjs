/**
 * Loaded before every Node program of a local instance (`NODE_OPTIONS=--import`). It gives the program what a
 * unikernel has by construction, a resolver of its own (`RESOLVER`) and a network of its own (`HOST`), with no
 * change of its code. Without the variables it does nothing.
 */
import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'
import { bindTo } from './listen.mjs'
import { resolveThrough } from './names.mjs'

const { RESOLVER, HOST } = process.env

if (RESOLVER) resolveThrough(dns, RESOLVER.split(','))
if (HOST) bindTo(HOST)
syncBuiltinESMExports()
