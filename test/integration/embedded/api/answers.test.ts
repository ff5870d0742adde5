import { EventEmitter } from 'node:events'
import { beforeAll, describe, expect, test } from 'vitest'
import type { BeaconApiParts } from '../../../../src/embedded/api/beacon-api-parts.ts'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { testManifest } from '../support/test-manifest.ts'
import type { ApiNetwork } from './support/api-network.ts'
import { violations } from './support/standard.ts'
import { getData, getJson, postJson } from './support/test-api.ts'

const manifest = testManifest({ nodes: 2, validators: { count: 16 }, time: 'virtual', forks: { electra: 0 } })
activatePreset(manifest.chain)
const { openNetwork } = await import('./support/api-network.ts')
const { beaconApi } = await import('../../../../src/embedded/api/beacon-api.ts')
const { BlockImportError } = await import('../../../../src/embedded/chain/errors.ts')
const { ssz } = await import('@lodestar/types')

const root = `0x${'12'.repeat(32)}`
const errorMessage = '#/x-files/types~1http.yaml/ErrorMessage'
const indexedErrorMessage = '#/x-files/types~1http.yaml/IndexedErrorMessage'

let net: ApiNetwork

beforeAll(async () => {
  net = await openNetwork(manifest)
  for (const node of net.nodes) node.start()
  await net.advanceTo(35, 9000)
}, 60_000)

describe('what is named by an id', () => {
  test('a block is the same by every id that names it', async () => {
    const { head } = net.node.chain
    const headers = await Promise.all(
      ['head', String(head.slot), head.root, head.root.toUpperCase().replace('0X', '0x')].map((id) =>
        getData(net.api, `/eth/v1/beacon/headers/${id}`),
      ),
    )
    expect(new Set(headers.map((header) => JSON.stringify(header))).size).toBe(1)
    expect(headers[0]).toMatchObject({ root: head.root, canonical: true })
  })

  test('genesis is the block of slot 0, also when it is final for long', async () => {
    const { root: genesisRoot } = await getData(net.api, '/eth/v1/beacon/blocks/genesis/root')
    expect(genesisRoot).toBe(net.node.chain.genesis.root)
    const { message } = await getData(net.api, '/eth/v2/beacon/blocks/genesis')
    expect(message).toMatchObject({ slot: '0', state_root: net.node.chain.genesis.stateRoot })
    expect(await getData(net.api, '/eth/v1/beacon/blocks/0/root')).toEqual({ root: genesisRoot })
  })

  test('a state is the same by its slot and by its root', async () => {
    const { root: stateRoot } = await getData(net.api, '/eth/v1/beacon/states/head/root')
    const { slot } = net.node.chain.head
    expect(await getData(net.api, `/eth/v1/beacon/states/${slot}/root`)).toEqual({ root: stateRoot })
    expect(await getData(net.api, `/eth/v1/beacon/states/${stateRoot}/root`)).toEqual({ root: stateRoot })
    const { header } = await getData(net.api, '/eth/v1/beacon/headers/head')
    expect(header.message.state_root).toBe(stateRoot)
  })

  test('what is final is said to be, and what is not is not', async () => {
    const finality = await getData(net.api, '/eth/v1/beacon/states/head/finality_checkpoints')
    const finalSlot = net.time.startSlotOf(Number(finality.finalized.epoch))
    expect(finalSlot).toBeGreaterThan(0)
    for (const [id, finalized] of [
      [1, true],
      [finalSlot, true],
      [finalSlot + 1, false],
      ['head', false],
    ]) {
      const { body } = await getJson(net.api, `/eth/v1/beacon/headers/${id}`)
      expect(body).toMatchObject({ finalized, execution_optimistic: false })
    }
    const { body } = await getJson(net.api, '/eth/v1/beacon/states/finalized/root')
    expect(body).toMatchObject({ finalized: true, execution_optimistic: false })
  })

  test('headers are found by slot and by parent', async () => {
    const { slot, parent_root: parentRoot } = (await getData(net.api, '/eth/v1/beacon/headers/head')).header
      .message
    const bySlot = await getData(net.api, `/eth/v1/beacon/headers?slot=${slot}`)
    expect(await getData(net.api, `/eth/v1/beacon/headers?parent_root=${parentRoot}`)).toEqual(bySlot)
    expect(bySlot).toHaveLength(1)
    expect(await getData(net.api, `/eth/v1/beacon/headers?slot=1&parent_root=${root}`)).toEqual([])
    expect(await getData(net.api, '/eth/v1/beacon/headers?slot=1')).toHaveLength(1)
  })
})

describe('validators', () => {
  const validators = '/eth/v1/beacon/states/head/validators'

  test('are found by index and by public key, each once, unknown ones left out', async () => {
    const [first] = await getData(net.api, `${validators}?id=3`)
    const { pubkey } = first.validator
    expect(first).toMatchObject({ index: '3', status: 'active_ongoing' })
    expect(await getData(net.api, `${validators}/${pubkey}`)).toEqual(first)
    expect(await getData(net.api, `${validators}?id=3,${pubkey}&id=99&id=0x${'ab'.repeat(48)}`)).toEqual([
      first,
    ])
    expect(await getData(net.api, `${validators}?status=exited`)).toEqual([])
    expect(await getData(net.api, `${validators}?status=pending,active`)).toHaveLength(16)
    const { body } = await postJson(net.api, validators, { ids: [pubkey], statuses: null })
    expect(body.data).toEqual([first])
  })

  test('have balances and identities', async () => {
    const path = '/eth/v1/beacon/states/head/validator_'
    const balances = await getData(net.api, `${path}balances`)
    expect(balances).toHaveLength(16)
    const { body: posted } = await postJson(net.api, `${path}balances`, [])
    expect(posted.data).toEqual(balances)
    const { body } = await postJson(net.api, `${path}identities`, ['5'])
    const validator = await getData(net.api, `${validators}/5`)
    expect(body.data).toEqual([{ index: '5', pubkey: validator.validator.pubkey, activation_epoch: '0' }])
  })

  test('committees of a slot hold each of its validators once', async () => {
    const committees = await getData(net.api, '/eth/v1/beacon/states/head/committees?epoch=4')
    const members: string[] = committees.flatMap(({ validators: ofOne }: { validators: string[] }) => ofOne)
    expect(members.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, index) => index))
    const ofSlot = await getData(net.api, '/eth/v1/beacon/states/head/committees?epoch=4&slot=33&index=0')
    expect(ofSlot).toEqual(
      committees.filter((one: { slot: string; index: string }) => one.slot === '33' && one.index === '0'),
    )
    expect(ofSlot).toHaveLength(1)
  })

  test('those that attested are live, and others are not', async () => {
    const { body } = await postJson(net.api, '/eth/v1/validator/liveness/3', ['0', '1', '999'])
    expect(body.data).toEqual([
      { index: '0', is_live: true },
      { index: '1', is_live: true },
      { index: '999', is_live: false },
    ])
  })
})

test('rewards of a block add up, and are what the proposer got', async () => {
  const rewards = await getData(net.api, '/eth/v1/beacon/rewards/blocks/head')
  const { total, attestations, sync_aggregate: sync } = rewards
  expect(Number(total)).toBe(Number(attestations) + Number(sync))
  expect(Number(attestations)).toBeGreaterThan(0)
  const { body } = await postJson(net.api, '/eth/v1/beacon/rewards/sync_committee/head', ['2'])
  expect(body.data).toEqual([{ validator_index: '2', reward: expect.stringMatching(/^\d+$/) }])
  const ofUnknown = await postJson(net.api, '/eth/v1/beacon/rewards/attestations/2', ['999'])
  expect(ofUnknown.body.data.total_rewards).toEqual([])
  const ofAll = await postJson(net.api, '/eth/v1/beacon/rewards/attestations/2', [])
  expect(ofAll.body.data.total_rewards).toHaveLength(16)
})

describe('refused', () => {
  test.each([
    ['/eth/v1/beacon/blocks/last/root', 'block_id'],
    ['/eth/v1/beacon/headers/-1', 'block_id'],
    ['/eth/v1/beacon/headers/99999999999999999999', 'block_id'],
    ['/eth/v1/beacon/states/0x12/root', 'state_id'],
    ['/eth/v1/beacon/states/head/validators/0xab', 'validator id'],
    ['/eth/v1/beacon/states/head/validators?status=sleeping', 'status'],
    ['/eth/v1/beacon/states/head/committees?epoch=x', 'epoch'],
    ['/eth/v1/beacon/states/head/committees?epoch=99', 'epoch'],
    ['/eth/v1/beacon/states/head/committees?slot=1', 'slot'],
    ['/eth/v1/beacon/states/head/committees?epoch=4&epoch=5', 'epoch'],
    ['/eth/v1/beacon/states/head/sync_committees?epoch=1000', 'epoch'],
    ['/eth/v1/beacon/states/head/randao?epoch=1000', 'epoch'],
    ['/eth/v1/beacon/states/head/proposer_lookahead', 'fulu'],
    ['/eth/v1/beacon/headers?parent_root=0x1', 'parent_root'],
    ['/eth/v1/node/health?syncing_status=100', 'syncing_status'],
    ['/eth/v1/node/peers?state=absent', 'state'],
    ['/eth/v1/validator/attestation_data', 'slot'],
    ['/eth/v1/validator/attestation_data?slot=99', 'Slot 99'],
    ['/eth/v1/validator/duties/proposer/99', 'epoch 99'],
    [`/eth/v2/validator/aggregate_attestation?attestation_data_root=${root}&slot=1`, 'committee_index'],
    ['/eth/v3/validator/blocks/36', 'randao_reveal'],
    ['/eth/v3/validator/blocks/36?randao_reveal=0x12', 'randao_reveal'],
    ['/eth/v1/events', 'topics'],
    ['/eth/v1/events?topics=head,gossip', 'topics'],
  ])('400: %s', async (path, named) => {
    const { status, body } = await getJson(net.api, path)
    expect({ status, message: body.message }).toEqual({
      status: 400,
      message: expect.stringContaining(named),
    })
    expect(violations(errorMessage, body)).toBeUndefined()
  })

  test.each([
    [`/eth/v1/beacon/headers/${root}`],
    ['/eth/v1/beacon/headers/99'],
    [`/eth/v1/beacon/states/${root}/root`],
    ['/eth/v1/beacon/states/99/root'],
    ['/eth/v1/beacon/states/1/root'],
    ['/eth/v1/beacon/states/head/validators/99'],
    ['/eth/v1/node/peers/nobody'],
    ['/eth/v1/beacon/rewards/blocks/1'],
    [`/eth/v2/validator/aggregate_attestation?attestation_data_root=${root}&slot=1&committee_index=0`],
    [`/eth/v1/validator/sync_committee_contribution?slot=1&subcommittee_index=0&beacon_block_root=${root}`],
    ['/eth/v1/beacon/nothing'],
    ['/'],
  ])('404: %s', async (path) => {
    const { status, body } = await getJson(net.api, path)
    expect(status).toBe(404)
    expect(violations(errorMessage, body)).toBeUndefined()
  })

  test.each([
    ['/eth/v1/beacon/states/head/validators', { ids: 'all' }],
    ['/eth/v1/beacon/states/head/validators', { ids: ['-1'] }],
    ['/eth/v1/beacon/states/head/validators', { statuses: [{}] }],
    ['/eth/v1/beacon/states/head/validators', []],
    ['/eth/v1/beacon/states/head/validator_balances', { 0: '1' }],
    ['/eth/v1/validator/duties/attester/4', ['1.5']],
    ['/eth/v1/validator/duties/attester/4', [-1]],
    ['/eth/v1/validator/prepare_beacon_proposer', [{ validator_index: '1', fee_recipient: '0x12' }]],
    ['/eth/v1/validator/liveness/9', []],
    ['/eth/v1/beacon/pool/voluntary_exits', {}],
    ['/eth/v1/beacon/pool/sync_committees', [[]]],
  ])('400: POST %s %j', async (path, body) => {
    const answer = await postJson(net.api, path, body)
    expect(answer.status).toBe(400)
    expect(violations(errorMessage, answer.body)).toBeUndefined()
  })

  test('each item of a list that does not pass is named, and its fork must be right', async () => {
    const attestation = {
      committee_index: '0',
      attester_index: '998',
      data: {
        slot: '30',
        index: '0',
        beacon_block_root: root,
        source: { epoch: '0', root },
        target: { epoch: '3', root },
      },
      signature: `0x${'c0'}${'00'.repeat(95)}`,
    }
    const path = '/eth/v2/beacon/pool/attestations'
    const list = [attestation, { ...attestation, attester_index: '999' }]
    const refused = await postJson(net.api, path, list, { 'eth-consensus-version': 'electra' })
    expect(refused.status).toBe(400)
    expect(refused.body.failures.map(({ index }: { index: number }) => index)).toEqual([0, 1])
    expect(violations(indexedErrorMessage, refused.body)).toBeUndefined()

    const { committee_index: _, attester_index: __, ...old } = { ...attestation, aggregation_bits: '0x03' }
    const outdated = await postJson(net.api, path, [old], { 'eth-consensus-version': 'deneb' })
    expect(outdated).toMatchObject({ status: 400, body: { failures: [{ index: 0 }] } })
    for (const version of ['', 'constructor', 'bitcoin']) {
      const unknown = await postJson(net.api, path, list, { 'eth-consensus-version': version })
      expect(unknown.body.message).toContain('Eth-Consensus-Version')
    }
    expect(await postJson(net.api, path, list)).toMatchObject({ status: 400 })
  })

  test('media types', async () => {
    const validators = '/eth/v1/beacon/states/head/validators'
    const ask = async (path: string, init: RequestInit) => (await net.api.request(path, init)).status
    expect(await ask(validators, { headers: { accept: 'text/html' } })).toBe(406)
    expect(await ask(validators, { headers: { accept: 'application/octet-stream' } })).toBe(406)
    expect(await ask(validators, { headers: { accept: 'text/html, */*;q=0.1' } })).toBe(200)
    const post = (type: string) =>
      ask(validators, { method: 'POST', body: '{}', headers: { 'content-type': type } })
    expect(await post('text/plain')).toBe(415)
    expect(await post('application/octet-stream')).toBe(415)
    expect(await post('application/json; charset=utf-8')).toBe(200)
  })

  test('selections, which are a matter of distributed validators', async () => {
    const selection = { validator_index: '1', slot: '1', selection_proof: `0x${'00'.repeat(96)}` }
    const { status } = await postJson(net.api, '/eth/v1/validator/beacon_committee_selections', [selection])
    expect(status).toBe(501)
    const path = '/eth/v1/validator/sync_committee_selections'
    const answer = await postJson(net.api, path, [{ ...selection, subcommittee_index: '0' }])
    expect(answer.status).toBe(501)
  })

  test('a body that is too large', async () => {
    const body = `["${'1'.repeat(17 * 1024 * 1024)}"]`
    const answer = await net.api.request('/eth/v1/validator/liveness/4', { method: 'POST', body })
    expect(answer.status).toBe(413)
  })
})

describe('an API of the same node, with another part', () => {
  const app = (parts: Partial<BeaconApiParts>, onDefect: (error: unknown) => void = () => {}) => {
    const { chain, pools, validatorApi, gossip, sync } = net.node
    const own: BeaconApiParts = {
      chain,
      pools,
      validatorApi,
      publisher: gossip,
      gossipEvents: gossip.events,
      payloadEvents: new EventEmitter(),
      sync,
      wire: { peers: [] },
      identity: { peerId: '', enr: '', addresses: [], seqNumber: 0n },
      nodeVersion: 'test',
      executionOffline: () => false,
    }
    return beaconApi({ ...own, ...parts }, onDefect)
  }

  test('a syncing node says so, and does not serve validators', async () => {
    const api = app({ sync: { isSyncing: true, syncDistance: 7 }, executionOffline: () => true })
    expect(await getData(api, '/eth/v1/node/syncing')).toMatchObject({
      is_syncing: true,
      sync_distance: '7',
      el_offline: true,
    })
    expect((await api.request('/eth/v1/node/health')).status).toBe(206)
    expect((await api.request('/eth/v1/node/health?syncing_status=418')).status).toBe(418)
    expect((await postJson(api, '/eth/v1/validator/liveness/4', ['1'])).status).toBe(503)
    expect((await postJson(api, '/eth/v1/validator/beacon_committee_subscriptions', [])).status).toBe(503)
    expect((await net.api.request('/eth/v1/node/health?syncing_status=418')).status).toBe(200)
  })

  test('a block that went out and could not be imported is 202', async () => {
    const { head } = net.node.chain
    const problem = new BlockImportError(head.block, 'engine', 'its execution client is away')
    const publisher = Object.create(net.node.gossip, {
      publishBlock: { value: () => Promise.reject(problem) },
    })
    const answer = await app({ publisher }).request('/eth/v2/beacon/blocks', {
      method: 'POST',
      body: ssz.electra.SignedBlockContents.serialize({
        signedBlock: head.block.value as never,
        kzgProofs: [],
        blobs: [],
      }) as Uint8Array<ArrayBuffer>,
      headers: { 'content-type': 'application/octet-stream', 'eth-consensus-version': 'electra' },
    })
    expect(answer.status).toBe(202)
  })

  test('a defect is told to the program, and to the client only that there was one', async () => {
    const secret = new Error('the details')
    const defects: unknown[] = []
    const sync = Object.defineProperty({ syncDistance: 0 }, 'isSyncing', {
      get: () => {
        throw secret
      },
    }) as BeaconApiParts['sync']
    const api = app({ sync }, (error) => defects.push(error))
    const { status, body } = await getJson(api, '/eth/v1/node/syncing')
    expect(status).toBe(500)
    expect(violations(errorMessage, body)).toBeUndefined()
    expect(body.message).not.toContain('details')
    expect(defects).toEqual([secret])
  })
})

test('nothing of all this was a defect', () => {
  expect(net.defects).toEqual([])
})
