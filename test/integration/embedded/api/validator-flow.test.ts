import { beforeAll, expect, test } from 'vitest'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { testManifest } from '../support/test-manifest.ts'
import type { ApiNetwork } from './support/api-network.ts'
import type { OutsideValidators } from './support/outside-validators.ts'
import { operations, violations } from './support/standard.ts'
import { getData, getJson } from './support/test-api.ts'

const manifest = testManifest({ nodes: 2, validators: { count: 16 }, time: 'virtual', forks: { fulu: 0 } })
activatePreset(manifest.chain)
const { openNetwork } = await import('./support/api-network.ts')
const outside = await import('./support/outside-validators.ts')
const { decodeSsz } = await import('./support/decode-ssz.ts')

let net: ApiNetwork
let validators: OutsideValidators

beforeAll(async () => {
  net = await openNetwork(manifest)
  for (const node of net.nodes) {
    node.start()
    node.validators.stop()
  }
  validators = new outside.OutsideValidators(net, manifest)
  await net.advanceTo(0)
}, 60_000)

/** Every duty of a slot, through the first node's API. */
async function runSlot(slot: number): Promise<void> {
  await net.advanceTo(slot)
  const root = await validators.propose(slot)
  await net.advanceTo(slot, 3334)
  const { attestations, aggregates } = await validators.attest(slot)
  expect(attestations).toBeGreaterThan(0)
  expect(aggregates).toBeGreaterThan(0)
  await validators.signForSyncCommittee(slot, root)
  await net.advanceTo(slot, 8000)
  for (const { chain } of net.nodes) expect(chain.head.root).toBe(root)
}

test('validators outside make a chain that finalizes on every node', async () => {
  for (let slot = 1; slot <= 4 * 8; slot++) await runSlot(slot)
  for (const { chain, api } of net.nodes) {
    expect(chain.forkChoice.finalizedCheckpoint.epoch).toBe(2)
    const block = await getData(api, '/eth/v2/beacon/blocks/head')
    expect(block.message.body.graffiti).toBe(`0x${'fe'.repeat(32)}`)
    expect(block.message.body.sync_aggregate.sync_committee_bits).toBe(`0x${'ff'.repeat(4)}`)
  }
  expect(net.defects).toEqual([])
}, 60_000)

test('a produced block is as the standard describes it, in JSON and SSZ', async () => {
  const slot = 4 * 8 + 1
  await net.advanceTo(slot)
  const { produced, headers, duty } = await validators.produce(slot)
  const schema = operations.find(({ operationId }) => operationId === 'produceBlockV3')?.schema
  expect(violations(schema ?? '', produced)).toBeUndefined()
  expect(produced).toMatchObject({ version: 'fulu', execution_payload_blinded: false })
  expect(produced.data.block.proposer_index).toBe(duty.validator_index)
  for (const [name, value] of [
    ['eth-consensus-version', 'fulu'],
    ['eth-execution-payload-blinded', 'false'],
    ['eth-consensus-block-value', produced.consensus_block_value],
    ['eth-execution-payload-value', produced.execution_payload_value],
  ]) {
    expect(headers.get(name)).toBe(value)
  }
  const reveal = produced.data.block.body.randao_reveal
  const path = `/eth/v3/validator/blocks/${slot}?randao_reveal=${reveal}`
  const answer = await net.api.request(path, { headers: { accept: 'application/octet-stream' } })
  const decoded = decodeSsz(net.config, 'produceBlockV3', new Uint8Array(await answer.arrayBuffer()), {
    version: 'fulu',
    executionPayloadBlinded: false,
  } as never)
  expect(decoded).toMatchObject({ block: { slot: String(slot), proposer_index: duty.validator_index } })
})

test('proposer duties name the block that they depend on, since v2 as Fulu has it', async () => {
  const epoch = 4
  const rootAt = async (slot: number) => (await getData(net.api, `/eth/v1/beacon/blocks/${slot}/root`)).root
  const { body: first } = await getJson(net.api, `/eth/v1/validator/duties/proposer/${epoch}`)
  const { body: second } = await getJson(net.api, `/eth/v2/validator/duties/proposer/${epoch}`)
  expect(first.data).toEqual(second.data)
  expect(first.data).toHaveLength(8)
  expect(first.dependent_root).toBe(await rootAt(epoch * 8 - 1))
  expect(second.dependent_root).toBe(await rootAt((epoch - 1) * 8 - 1))
})

test('a block is made for nobody but the proposer of the present slot', async () => {
  const slot = net.node.chain.currentSlot
  const reveal = `0x${'c0'}${'00'.repeat(95)}`
  const forged = await getJson(net.api, `/eth/v3/validator/blocks/${slot}?randao_reveal=${reveal}`)
  expect(forged).toMatchObject({ status: 400, body: { message: expect.stringContaining('randao_reveal') } })
  const skipped = `/eth/v3/validator/blocks/${slot}?skip_randao_verification&randao_reveal=`
  expect(await getJson(net.api, `${skipped}${reveal}`)).toMatchObject({ status: 200 })
  expect(await getJson(net.api, `${skipped}0x${'ab'.repeat(96)}`)).toMatchObject({ status: 400 })
  const later = `/eth/v3/validator/blocks/${slot + 1}?randao_reveal=${reveal}`
  expect(await getJson(net.api, later)).toMatchObject({ status: 400 })
})

test('an equivocating block is refused when that is asked for, and an invalid one always', async () => {
  const slot = net.node.chain.currentSlot
  await validators.propose(slot)
  const signed = await getData(net.api, `/eth/v2/beacon/blocks/${slot}`)
  const publish = (body: unknown, validation: string) =>
    net.api.request(`/eth/v2/beacon/blocks?broadcast_validation=${validation}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', 'eth-consensus-version': 'fulu' },
    })
  const other = structuredClone(signed)
  other.message.body.graffiti = `0x${'01'.repeat(32)}`
  const contents = (block: unknown) => ({ signed_block: block, kzg_proofs: [], blobs: [] })
  const equivocation = await publish(contents(other), 'consensus_and_equivocation')
  expect(await equivocation.json()).toMatchObject({
    code: 400,
    message: expect.stringContaining('another block'),
  })
  expect((await publish(contents(other), 'consensus')).status).toBe(400)
  expect((await publish(contents(other), 'gossip')).status).toBe(400)
  expect((await publish(contents(other), 'none')).status).toBe(400)
  expect((await publish(contents(signed), 'consensus')).status).toBe(200)
  expect(net.defects).toEqual([])
})
