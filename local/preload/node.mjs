/**
 * Loaded before every Node program of a local instance (`NODE_OPTIONS=--import`). It gives the program what a
 * unikernel has by construction, its own resolver (`RESOLVER`) and its own network (`HOST`), without changing
 * its code. Without these variables it does nothing.
 */
import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'
import { bindTo } from './listen.mjs'
import { resolveThrough } from './names.mjs'

const { RESOLVER, HOST } = process.env

if (RESOLVER) resolveThrough(dns, RESOLVER.split(','))
if (HOST) bindTo(HOST)
syncBuiltinESMExports()
