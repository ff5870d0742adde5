import { expect, test } from 'vitest'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { testManifest } from '../support/test-manifest.ts'

const manifest = testManifest({ nodes: 2, validators: { count: 16 }, time: 'virtual', forks: { fulu: 0 } })
activatePreset(manifest.chain)
const { openNetwork } = await import('./support/api-network.ts')

test('smoke', async () => {
  const net = await openNetwork(manifest)
  for (const node of net.nodes) node.start()
  const t = performance.now()
  await net.advanceTo(40, 6000)
  console.log(performance.now() - t, net.defects)
  const paths = ['/eth/v1/beacon/genesis','/eth/v1/beacon/headers/head','/eth/v1/beacon/headers','/eth/v1/beacon/states/head/finality_checkpoints','/eth/v1/node/syncing','/eth/v1/node/identity','/eth/v1/node/peers','/eth/v1/config/spec','/eth/v1/debug/fork_choice','/eth/v2/beacon/pool/attestations','/eth/v1/beacon/rewards/blocks/head','/eth/v1/beacon/states/finalized/validators?id=1,2','/eth/v1/validator/duties/proposer/5','/eth/v1/validator/attestation_data?slot=40','/eth/v2/beacon/blocks/head', '/eth/v1/beacon/blocks/genesis/root', '/eth/v1/beacon/headers/3','/eth/v1/beacon/states/genesis/root']
  for (const path of paths) {
    const answer = await net.api.request(path)
    console.log(answer.status, path, (await answer.text()).slice(0, 300))
  }
  expect(net.defects).toEqual([])
}, 60000)
