import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BeaconApi } from '../../apis/beacon-api.ts'
import { ExecutionApi } from '../../apis/execution-api.ts'
import { type SavedNetwork, savedNetworkSchema } from '../../network/saved-network.ts'
import type { NodePlan } from '../../plan/manifest.ts'
import { NothingToExamineError } from './errors.ts'
import { logFilesOf } from './network-subject.ts'
import { readStartFailure } from './start-failure.ts'
import type { Subject, SubjectNode } from './subject.ts'

/**
 * A network as its directory shows it: one that is stopped, failed to start, or belongs to another process.
 *
 * @param parameters - `isHeld`: whether a process has the directory, so that its nodes may answer
 * @throws {NothingToExamineError}
 */
export async function directorySubject(parameters: { directory: string; isHeld: boolean }): Promise<Subject> {
  const { directory, isHeld } = parameters
  const saved = await readSaved(directory)
  const { manifest, genesisTime, genesisValidatorsRoot, genesisBlockRoot, executionBlockHash } = saved
  return {
    ...{ manifest, genesisTime, genesisValidatorsRoot, genesisBlockRoot, executionBlockHash },
    directory,
    isRunning: isHeld,
    startFailure: isHeld ? undefined : await readStartFailure(directory),
    nodes: await Promise.all(manifest.nodes.map((plan) => subjectNode(plan, saved, { directory, isHeld }))),
    faults: [],
    latenessMs: [],
    nowMs: () => (manifest.time === 'virtual' ? (saved.virtualTimeMs ?? genesisTime * 1000) : Date.now()),
  }
}

async function readSaved(directory: string): Promise<SavedNetwork> {
  try {
    return savedNetworkSchema.parse(JSON.parse(await readFile(join(directory, 'network.json'), 'utf8')))
  } catch (cause) {
    throw new NothingToExamineError(directory, cause)
  }
}

async function subjectNode(
  plan: NodePlan,
  { ports: allPorts }: SavedNetwork,
  { directory, isHeld }: { directory: string; isHeld: boolean },
): Promise<SubjectNode> {
  // Until the network has claimed its ports, others may have those that were planned.
  const claimed = allPorts[plan.name]
  const ports = claimed ?? plan.ports
  const nodeDirectory = join(directory, 'nodes', plan.name)
  return {
    plan,
    state: isHeld ? (claimed === undefined ? 'starting' : 'unknown') : 'stopped',
    beaconApi: new BeaconApi(`http://127.0.0.1:${ports.consensusApi}`),
    executionApi: new ExecutionApi(`http://127.0.0.1:${ports.executionRpc}`),
    engineUrl: `http://127.0.0.1:${ports.executionEngine}`,
    jwtSecretFile: join(nodeDirectory, 'jwt.hex'),
    logFiles: await logFilesOf(nodeDirectory),
  }
}
