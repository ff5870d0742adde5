import { expect, test } from 'vitest'
import { describeManifest } from '../../../src/plan/describe-manifest.ts'
import { planNetwork } from '../../../src/plan/plan-network.ts'
import { fakeRegistry } from './fake-registry.ts'

test('a manifest reads as aligned columns', () => {
  const manifest = planNetwork(
    {
      name: 'my-net',
      seed: 7,
      nodes: [{ count: 2 }, { name: 'single', validators: 1 }, { name: 'observer', validators: 0 }],
      validators: 21,
      topology: 'line',
      forks: { electra: 0, fulu: 3 },
      genesisTime: 1_800_000_000,
    },
    fakeRegistry,
  )
  expect(describeManifest(manifest)).toBe(
    `
Network                my-net
Seed                   7
Time                   real
Chain id               1337
Preset                 mainnet
Forks                  electra at epoch 0, fulu at epoch 3
Slot                   2000 ms
Epoch                  8 slots, 16 s
Sync committee period  256 epochs
Seed lookahead         7 epochs
Genesis                2027-01-15T08:00:00.000Z (1800000000)
Validators             21 with 32 ETH, interop keys
Accounts               10 with 10000 ether

NODE      EXECUTION  CONSENSUS   VALIDATORS  RPC    BEACON API  P2P ADDRESS              PEERS
node-0    fake-geth  fake-prysm  0-9 (10)    20000  20003       127.1.0.10 20002, 20005  node-1
node-1    fake-geth  fake-prysm  10-19 (10)  20010  20013       127.1.0.11 20012, 20015  node-0 single
single    fake-geth  fake-prysm  20 (1)      20020  20023       127.1.0.12 20022, 20025  node-1 observer
observer  fake-geth  fake-prysm  none        20030  20033       127.1.0.13 20032, 20035  single

EDGE    (3)       EXECUTION  CONSENSUS  PROXY ADDRESS
node-0  node-1    sockets    sockets    127.2.0.10
node-1  single    sockets    sockets    127.2.0.11
single  observer  sockets    sockets    127.2.0.12
`.trim(),
  )
})

test('what is long is cut, and what is not there is said', () => {
  const mesh = describeManifest(planNetwork({ nodes: 12, accounts: 0 }, fakeRegistry))
  expect(mesh).toContain('node-1 node-2 node-3 node-4 node-5 node-6 and 5 more')
  expect(mesh).toMatch(/and 26 more$/)
  expect(mesh).toMatch(/^Accounts +none$/m)
  expect(mesh).toMatch(/^Genesis +chosen at start$/m)
  const alone = describeManifest(planNetwork({ nodes: 1 }, fakeRegistry))
  expect(alone).toMatch(/20002, 20005 {2}none$/m)
  expect(alone).toMatch(/No edges$/)
})

test('virtual time begins at the same moment in every network', () => {
  const nodes = [{ execution: 'fake-in-process', count: 2 }]
  const text = describeManifest(planNetwork({ nodes, time: 'virtual' }, fakeRegistry))
  expect(text).toMatch(/^Time +virtual$/m)
  expect(text).toMatch(/^Genesis +2023-11-14T22:13:20.000Z \(1700000000\)$/m)
})

test('no secret is shown', () => {
  const mnemonic = 'legal winner thank year wave sausage worth useful legal winner thank yellow'
  const manifest = planNetwork({ validators: { keys: { mnemonic } }, accounts: { mnemonic } }, fakeRegistry)
  const text = describeManifest(manifest)
  const secrets = [
    'sausage',
    ...manifest.accounts.map((account) => account.privateKey.slice(2)),
    ...manifest.nodes.flatMap(({ devp2p, libp2p }) => [
      devp2p.privateKey.slice(2),
      libp2p.privateKey.slice(2),
    ]),
  ]
  expect(secrets.filter((secret) => text.includes(secret))).toEqual([])
})
