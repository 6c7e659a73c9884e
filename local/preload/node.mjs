/**
 * Loaded before every Node program of a local instance (`NODE_OPTIONS=--import`). It gives the program what a
 * unikernel has by construction, its own resolver (`RESOLVER`), its own address (`HOST`) and security groups
 * around it (`NANOFLEET_NETWORK`), without changing its code. Without these variables it does nothing.
 */
import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'
import { bindTo } from './listen.mjs'
import { resolveThrough } from './names.mjs'
import { callOnlyAllowed } from './reach.mjs'

const { RESOLVER, HOST, NANOFLEET_NETWORK } = process.env

if (RESOLVER) resolveThrough(dns, RESOLVER.split(','))
if (HOST) bindTo(HOST)
if (NANOFLEET_NETWORK) callOnlyAllowed(NANOFLEET_NETWORK)
syncBuiltinESMExports()
