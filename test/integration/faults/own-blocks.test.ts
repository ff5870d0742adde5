import { PublicKey, SecretKey, Signature, verify } from '@chainsafe/blst'
import { beforeEach, expect, test } from 'vitest'
import { BeaconApi } from '../../../src/apis/beacon-api.ts'
import type { Deed } from '../../../src/embedded/validator/deed.ts'
import { ChainSigner } from '../../../src/faults/misbehaviour/chain-signer.ts'
import { SignerOrders } from '../../../src/faults/misbehaviour/signer/signer-orders.ts'
import { validatorPublicKey, validatorSecretKeys } from '../../../src/genesis/validator-keys.ts'
import { SlotClock } from '../../../src/network/slot-clock.ts'

const { DOMAIN_BEACON_PROPOSER, DOMAIN_RANDAO } = await import('@lodestar/params')
const { computeDomain, computeSigningRoot } = await import('@lodestar/state-transition')
const { ssz } = await import('@lodestar/types')

const validatorIndex = 5
const [keyBytes = new Uint8Array()] = validatorSecretKeys({ kind: 'interop' }, validatorIndex, 1)
const publicKey = PublicKey.fromBytes(validatorPublicKey(keyBytes))
const forkVersion = Uint8Array.of(5, 0, 0, 1)
const genesisRoot = new Uint8Array(32).fill(7)
const hex = (bytes: Uint8Array) => `0x${Buffer.from(bytes).toString('hex')}`
const domains = {
  previousVersion: '0x04000001',
  currentVersion: hex(forkVersion),
  epoch: 0,
  genesisValidatorsRoot: hex(genesisRoot),
}
const slot = 19

interface Published {
  readonly node: string
  readonly timeMs: number
  readonly path: string
  readonly body: never
}

let published: Published[]
let nowMs: number
let orders: SignerOrders

const { BeaconBlock, SignedBeaconBlock } = ssz.electra
const clock = new SlotClock(
  { genesisTime: 0, slotDurationMs: 1000, slotsPerEpoch: 8 },
  {
    get nowMs() {
      return nowMs
    },
    pollsPerSlot: 1,
    until: async (timeMs) => {
      nowMs = Math.max(nowMs, timeMs)
    },
  },
)

/** A beacon node that makes empty blocks with the graffiti and the reveal that are asked for. */
function api(node: string): BeaconApi {
  return new BeaconApi(`http://${node}`, async (url, init) => {
    const { pathname: path, searchParams } = new URL(url)
    if (init?.method === 'POST') {
      published.push({ node, timeMs: nowMs, path, body: JSON.parse(String(init.body)) as never })
      return undefined
    }
    const block = BeaconBlock.defaultValue()
    block.slot = Number(path.split('/').at(-1))
    block.proposerIndex = validatorIndex
    block.body.randaoReveal = Buffer.from(searchParams.get('randao_reveal')?.slice(2) ?? '', 'hex')
    block.body.graffiti = Buffer.from(searchParams.get('graffiti')?.slice(2) ?? '', 'hex')
    const data = { block: BeaconBlock.toJson(block), kzg_proofs: [], blobs: [] }
    return { version: 'electra', execution_payload_blinded: false, data }
  })
}

beforeEach(() => {
  published = []
  nowMs = slot * 1000 + 100
  const [own, other] = [api('own'), api('other')]
  orders = new SignerOrders({
    clock,
    forks: { electra: 0 },
    own: () => own,
    elsewhere: () => other,
    everywhere: () => [own, other],
    signal: new AbortController().signal,
    log: { info: () => {}, error: () => {} },
  })
})

/** The client asks for the signature of its block. */
async function propose(deed: Deed): Promise<boolean> {
  orders.set('one', { deed, validatorIndices: [validatorIndex], fromSlot: 0 })
  const signer = new ChainSigner(SecretKey.fromBytes(keyBytes), domains)
  return orders.allow(validatorIndex, { kind: 'block', slot, domains }, () => signer)
}

/** The block in what was published at some node, once its signature and its reveal are found right. */
function checkedBlock({ path, body }: Published) {
  expect(path).toBe('/eth/v2/beacon/blocks')
  const { message, signature } = SignedBeaconBlock.fromJson((body as { signed_block: unknown }).signed_block)
  const proposerDomain = computeDomain(DOMAIN_BEACON_PROPOSER, forkVersion, genesisRoot)
  const root = computeSigningRoot(BeaconBlock, message, proposerDomain)
  expect(verify(root, publicKey, Signature.fromBytes(signature))).toBe(true)
  const randaoDomain = computeDomain(DOMAIN_RANDAO, forkVersion, genesisRoot)
  const epochRoot = computeSigningRoot(ssz.Epoch, Math.floor(slot / 8), randaoDomain)
  expect(verify(epochRoot, publicKey, Signature.fromBytes(message.body.randaoReveal))).toBe(true)
  return { slot: message.slot, root: hex(BeaconBlock.hashTreeRoot(message)) }
}

test.each<[Deed, number]>([
  [{ kind: 'late-block', byMs: 700 }, slot * 1000 + 700],
  [{ kind: 'late-block', byMs: 2_300 }, slot * 1000 + 2_300],
  [{ kind: 'withheld-block', untilSlot: slot + 3 }, (slot + 3) * 1000],
  [{ kind: 'withheld-block', untilSlot: slot - 3 }, slot * 1000 + 100],
])('%j: a block of our own is published in its time, in place of the client’s', async (deed, timeMs) => {
  expect(await propose(deed)).toBe(false)
  await expect.poll(() => published).toMatchObject([{ node: 'own', timeMs }])
  expect(published.map(checkedBlock)).toMatchObject([{ slot }])
})

test('two blocks of one slot are different ones, each at a node of its own, and their headers prove it', async () => {
  expect(await propose({ kind: 'equivocating-block', isReported: true })).toBe(false)
  const blocks = published.slice(0, 2)
  expect(blocks.map(({ node }) => node)).toEqual(['own', 'other'])
  const roots = blocks.map((block) => checkedBlock(block).root)
  expect(new Set(roots).size).toBe(2)
  const proofs = published.slice(2)
  expect(proofs.map(({ node, path }) => [node, path])).toEqual([
    ['own', '/eth/v1/beacon/pool/proposer_slashings'],
    ['other', '/eth/v1/beacon/pool/proposer_slashings'],
  ])
  const { ProposerSlashing, BeaconBlockHeader } = ssz.phase0
  for (const { body } of proofs) {
    const { signedHeader1, signedHeader2 } = ProposerSlashing.fromJson(body)
    const proven = [signedHeader1, signedHeader2].map(({ message }) =>
      hex(BeaconBlockHeader.hashTreeRoot({ ...message, slot: Number(message.slot) })),
    )
    expect(proven).toEqual(roots)
  }
})

test('the second one goes to all nodes after the first', async () => {
  await propose({ kind: 'equivocating-block', audience: 'all' })
  const roots = published.map((block) => checkedBlock(block).root)
  expect(published.map(({ node }) => node)).toEqual(['own', 'own', 'other'])
  expect([roots[1] === roots[2], roots[0] === roots[1]]).toEqual([true, false])
})
