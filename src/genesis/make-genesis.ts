import { Worker } from 'node:worker_threads'
import type { Manifest } from '../plan/manifest.ts'
import { workerUrl } from '../worker-url.ts'
import { GenesisWorkerError } from './errors.ts'
import type { GenesisFiles } from './genesis-files.ts'
import { assertGenesisInput } from './genesis-input.ts'
import { keepNativeLibrariesLoaded } from './native-libraries.ts'
import type { GenesisRequest } from './worker.ts'

/**
 * The genesis of both layers. It is made in a thread of its own, because the protocol libraries keep a
 * chain's constants in globals, so that networks with different ones can be started side by side.
 *
 * @param genesisTime Unix time in seconds.
 * @param signal Ends the thread; the promise then rejects with the signal's reason.
 * @throws GenesisInputError when no client could start from it.
 * @throws GenesisWorkerError when the thread fails.
 */
export async function makeGenesis(
  manifest: Manifest,
  genesisTime: number,
  signal?: AbortSignal,
): Promise<GenesisFiles> {
  signal?.throwIfAborted()
  assertGenesisInput(manifest, genesisTime)
  await keepNativeLibrariesLoaded().catch((cause) => {
    throw new GenesisWorkerError({ cause })
  })
  signal?.throwIfAborted()
  const workerData: GenesisRequest = { manifest, genesisTime }
  // No options of the parent: what it preloads (test runners, loaders) is of no use here, and costs time.
  const worker = new Worker(workerUrl('./genesis-worker.js', './genesis/worker.ts'), {
    name: 'genesis',
    workerData,
    execArgv: [],
  })
  try {
    return await answerOf(worker, signal)
  } finally {
    await worker.terminate()
  }
}

async function answerOf(worker: Worker, signal: AbortSignal | undefined): Promise<GenesisFiles> {
  let abort = () => {}
  try {
    return await new Promise<GenesisFiles>((resolve, reject) => {
      abort = () => reject(signal?.reason)
      signal?.addEventListener('abort', abort)
      worker.once('message', resolve)
      worker.once('error', (cause) => reject(new GenesisWorkerError({ cause })))
      worker.once('exit', (exitCode) => reject(new GenesisWorkerError({ exitCode })))
    })
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}
