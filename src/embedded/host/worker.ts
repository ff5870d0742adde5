import { parentPort, workerData } from 'node:worker_threads'
import { activatePreset } from '../../genesis/preset.ts'
import type { HostSetup } from './host-methods.ts'
import { serveHost } from './serve-host.ts'

const setup = workerData as HostSetup
activatePreset(setup.manifest.chain)
if (parentPort === null) throw new Error('this module is the main module of a worker thread')
// The protocol libraries take over the constants at their first import, hence not above.
const { EmbeddedHost } = await import('./embedded-host.ts')
serveHost(parentPort, (onFailure, events) => new EmbeddedHost(setup, onFailure, events))
