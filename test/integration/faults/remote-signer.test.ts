import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PublicKey, Signature, verify } from '@chainsafe/blst'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { RemoteSigner } from '../../../src/faults/misbehaviour/remote-signer.ts'
import { signerTools } from '../../../src/faults/misbehaviour/signer/signer-network.ts'
import { hexToBytes } from '../../../src/genesis/hex.ts'
import { validatorPublicKey, validatorSecretKeys } from '../../../src/genesis/validator-keys.ts'
import { SlotClock } from '../../../src/network/slot-clock.ts'
import type { Hex, Manifest } from '../../../src/plan/manifest.ts'

const keys = { kind: 'interop' } as const
const signingRoot: Hex = `0x${'5a'.repeat(32)}`
const publicKeys = validatorSecretKeys(keys, 4, 2).map((key) => Buffer.from(validatorPublicKey(key)))

let directory: string
let logFile: string
let signer: RemoteSigner

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'remote-signer-'))
  logFile = join(directory, 'logs', 'remote-signer.log')
  const clock = new SlotClock({ genesisTime: 0, slotDurationMs: 1000, slotsPerEpoch: 8 })
  const manifest = { chain: { forks: { electra: 0 } }, validators: { keys, count: 6 } } as Manifest
  // Its node does not run.
  const tools = signerTools({ manifest, clock, nodes: [] }, 'node-0')
  signer = await RemoteSigner.open({ keys, validators: { first: 4, count: 2 }, tools, logFile })
})
afterEach(async () => {
  await signer[Symbol.asyncDispose]()
  await rm(directory, { recursive: true })
})

function ask(publicKey: string, body: unknown): Promise<Response> {
  const url = `${signer.url}/api/v1/eth2/sign/${publicKey}`
  const headers = { 'content-type': 'application/json' }
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
}

const keyOf = (position: number) => `0x${publicKeys[position]?.toString('hex')}`
const root = `0x${'11'.repeat(32)}`
const checkpoint = { epoch: '0', root }
const fork = { previous_version: '0x00000000', current_version: '0x00000000', epoch: '0' }
const attestation = {
  type: 'ATTESTATION',
  signingRoot,
  fork_info: { fork, genesis_validators_root: root },
  attestation: { slot: '3', index: '0', beacon_block_root: root, source: checkpoint, target: checkpoint },
}

test('it lists the keys of its validators and no others', async () => {
  const response = await fetch(`${signer.url}/api/v1/eth2/publicKeys`)
  expect(await response.json()).toEqual([keyOf(0), keyOf(1)])
})

test('it signs the root that it is given, with the key that is asked for', async () => {
  const { signature } = (await (await ask(keyOf(1), attestation)).json()) as { signature: Hex }
  const key = PublicKey.fromBytes(publicKeys[1] ?? new Uint8Array())
  expect(verify(hexToBytes(signingRoot), key, Signature.fromBytes(hexToBytes(signature)))).toBe(true)
})

test('it refuses those who were told to be offline, and nobody else', async () => {
  signer.set('one', { deed: { kind: 'offline' }, validatorIndices: [4], fromSlot: 0 })
  expect((await ask(keyOf(0), attestation)).status).toBe(412)
  expect((await ask(keyOf(1), attestation)).status).toBe(200)
  signer.set('one', undefined)
  expect((await ask(keyOf(0), attestation)).status).toBe(200)
})

test('what it cannot do in the client’s place is refused with the reason, and logged', async () => {
  signer.set('one', { deed: { kind: 'wrong-head' }, validatorIndices: [4], fromSlot: 0 })
  const response = await ask(keyOf(0), attestation)
  expect(response.status).toBe(412)
  const { error } = (await response.json()) as { error: string }
  expect(error).toBe(
    'the validator was told to misbehave, and that failed: node-0 does not run, and publishes nothing.',
  )
  await signer[Symbol.asyncDispose]()
  expect(await readFile(logFile, 'utf8')).toContain(`${error} refused=ATTESTATION slot=3 validator=4\n`)
})

test('bad requests are answered as such', async () => {
  expect((await ask(`0x${'ab'.repeat(48)}`, attestation)).status).toBe(404)
  expect((await ask(keyOf(0), { type: 'ATTESTATION' })).status).toBe(400)
  expect((await ask(keyOf(0), { ...attestation, padding: 'x'.repeat(2 ** 20) })).status).toBe(413)
})
