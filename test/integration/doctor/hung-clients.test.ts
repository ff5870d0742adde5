import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { BeaconApi } from '../../../src/apis/beacon-api.ts'
import { ExecutionApi } from '../../../src/apis/execution-api.ts'
import { collectEvidence } from '../../../src/observe/doctor/collect/collect-evidence.ts'
import { diagnose } from '../../../src/observe/doctor/diagnose.ts'
import type { Subject, SubjectNode } from '../../../src/observe/doctor/subject.ts'
import type { NodePlan } from '../../../src/plan/manifest.ts'
import { temporaryDirectory } from '../../unit/binaries/temporary-directory.ts'
import { examplePlan } from '../../unit/support/example-plan.ts'

/** Takes connections and never says a word, as a process does that is stopped by SIGSTOP. */
async function silentUrl(): Promise<string> {
  const server = createServer(() => {}).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function nodeAt(plan: NodePlan, url: string, jwtSecretFile: string): SubjectNode {
  return {
    plan,
    state: 'running',
    beaconApi: new BeaconApi(url),
    executionApi: new ExecutionApi(url),
    engineUrl: url,
    jwtSecretFile,
    logFiles: [],
  }
}

/** A network of two nodes that hang. */
async function hangingSubject(directory: string, signal?: AbortSignal): Promise<Subject> {
  const jwtSecretFile = join(directory, 'jwt.hex')
  writeFileSync(jwtSecretFile, 'ab'.repeat(32))
  const manifest = examplePlan({ nodes: 2, validators: 8 })
  const url = await silentUrl()
  return {
    manifest,
    directory,
    genesisTime: 1_700_000_000,
    genesisValidatorsRoot: '0x00',
    genesisBlockRoot: '0x00',
    executionBlockHash: '0x00',
    isRunning: true,
    nodes: manifest.nodes.map((plan) => nodeAt(plan, url, jwtSecretFile)),
    faults: [],
    latenessMs: [],
    signal,
    nowMs: () => 1_700_000_100_000,
  }
}

test('the doctor waits for no client that hangs, and names it', async () => {
  using directory = temporaryDirectory()
  const evidence = await collectEvidence(await hangingSubject(directory.path))
  expect(evidence.nodes.map(({ engine }) => engine.outcome)).toEqual(['unreachable', 'unreachable'])
  const { cause, summary } = diagnose(evidence)
  expect(cause).toBe('not-answering')
  expect(summary).toBe('node-0 and node-1 run, but do not answer.')
})

test('the doctor leaves clients that hang when it is told to', async () => {
  using directory = temporaryDirectory()
  const abort = new AbortController()
  const collecting = collectEvidence(await hangingSubject(directory.path, abort.signal))
  abort.abort(new Error('enough'))
  await expect(collecting).rejects.toThrow('enough')
})
