import { parentPort, workerData } from 'node:worker_threads'
import type { Manifest } from '../plan/manifest.ts'
import { activatePreset } from './preset.ts'

/** `workerData` of the thread. It answers with one message, the `GenesisFiles`, and ends. */
export interface GenesisRequest {
  readonly manifest: Manifest
  /** Unix time in seconds. */
  readonly genesisTime: number
}

const { manifest, genesisTime } = workerData as GenesisRequest
activatePreset(manifest.chain)
// The protocol libraries take over the constants at their first import, hence not above.
const { buildGenesis } = await import('./build-genesis.ts')
const files = await buildGenesis(manifest, genesisTime)
parentPort?.postMessage(files, [files.genesisSsz.buffer as ArrayBuffer])
