import { beforeAll, describe, expect, test } from 'vitest'
import type { ResponseChunk } from '../../../../src/embedded/links/wire.ts'
import type { SignedBlock } from '../../../../src/embedded/protocol/signed-block.ts'
import { PeerFaultError, PeerRefusalError } from '../../../../src/embedded/sync/errors.ts'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { testManifest } from '../support/test-manifest.ts'

const manifest = testManifest()
activatePreset(manifest.chain)
const { GossipTopics } = await import('../../../../src/embedded/gossip/topics.ts')
const { ReqResp } = await import('../../../../src/embedded/sync/req-resp.ts')
const { ChainBuilder } = await import('../support/chain-builder.ts')
const { TestNodes } = await import('../gossip/support/test-nodes.ts')

let builder: Awaited<ReturnType<typeof ChainBuilder.create>>
let nodes: InstanceType<typeof TestNodes>
let blocks: SignedBlock[]

beforeAll(async () => {
  builder = await ChainBuilder.create(manifest)
  nodes = new TestNodes(builder)
  blocks = await builder.buildMany(5, { parent: builder.genesis.block, slot: 1, syncAggregate: false })
})

/** A node whose peer answers everything with these chunks. */
async function asking(chunks: readonly ResponseChunk[]) {
  const { chain } = await nodes.add(`node-${nodes.links.mesh.memberCount}`)
  const request = async function* () {
    yield* chunks
  }
  return new ReqResp({ chain, wire: { request } })
}

function chunksOf(...indices: number[]): ResponseChunk[] {
  const context = GossipTopics.of(builder.protocol.config).at(0).digest
  return indices.map((index) => ({
    code: 'success',
    context,
    data: blocks[index]?.bytes ?? new Uint8Array(),
  }))
}

async function slotsOf(answer: AsyncIterable<SignedBlock>): Promise<number[]> {
  const slots: number[] = []
  for await (const { slot } of answer) slots.push(slot)
  return slots
}

describe('blocks by range', () => {
  test('are those of one chain, in order', async () => {
    const reqResp = await asking(chunksOf(1, 2, 3))
    expect(await slotsOf(reqResp.blocksByRange('peer', 2, 3))).toEqual([2, 3, 4])
  })

  test.each([
    ['leave one out', [1, 3]],
    ['go backwards', [2, 1]],
    ['come twice', [1, 1]],
    ['are of slots before', [0, 1]],
    ['are of slots after', [3, 4]],
  ])('that %s are a fault', async (_what, indices) => {
    const reqResp = await asking(chunksOf(...indices))
    await expect(slotsOf(reqResp.blocksByRange('peer', 2, 3))).rejects.toBeInstanceOf(PeerFaultError)
  })
})

test('blocks by root are those that were asked for, once each', async () => {
  const roots = [blocks[2], blocks[0]].map((block) => block?.root ?? '')
  const ask = async (...indices: number[]) =>
    slotsOf((await asking(chunksOf(...indices))).blocksByRoot('peer', roots))
  expect(await ask(0, 2)).toEqual([1, 3])
  expect(await ask(2)).toEqual([3])
  await expect(ask(1)).rejects.toBeInstanceOf(PeerFaultError)
  await expect(ask(2, 2)).rejects.toBeInstanceOf(PeerFaultError)
})

test("an error is the peer's refusal; an answer without a chunk, or of garbage, is its fault", async () => {
  const refusal: ResponseChunk = {
    code: 'resource-unavailable',
    context: new Uint8Array(),
    data: Buffer.from('not now'),
  }
  const error = await (await asking([refusal])).status('peer').catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(PeerRefusalError)
  expect(String(error)).toContain('resource-unavailable: not now')
  const garbage: ResponseChunk = { code: 'success', context: new Uint8Array(), data: new Uint8Array(3) }
  for (const chunks of [[], [garbage]]) {
    const reqResp = await asking(chunks)
    for (const answer of [reqResp.status('peer'), reqResp.ping('peer'), reqResp.metadata('peer')]) {
      await expect(answer).rejects.toBeInstanceOf(PeerFaultError)
    }
  }
})
