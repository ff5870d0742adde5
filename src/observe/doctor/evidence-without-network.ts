import { basename } from 'node:path'
import { examineMachine } from './collect/examine-machine.ts'
import type { Evidence, StartFailureEvidence } from './evidence.ts'

/** Of a start that failed before there was a network: all that is known is how, and the machine. */
export async function evidenceWithoutNetwork(
  directory: string,
  startFailure: StartFailureEvidence,
): Promise<Evidence> {
  return {
    network: { name: basename(directory), directory, time: 'real', isRunning: false, startFailure },
    chain: {
      ...{ slotDurationMs: 1, slotsPerEpoch: 1, genesisTime: 0, validatorCount: 0 },
      ...{ genesisValidatorsRoot: '', genesisBlockRoot: '', executionBlockHash: '' },
    },
    nowMs: 0,
    slots: { first: 0, last: 0 },
    nodes: [],
    edges: [],
    blocks: [],
    latenessMs: [],
    validators: undefined,
    machine: await examineMachine(directory),
    faults: [],
  }
}
