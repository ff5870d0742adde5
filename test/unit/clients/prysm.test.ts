import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decrypt } from '@chainsafe/bls-keystore'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { NodeContext } from '../../../src/clients/client.ts'
import { prysm } from '../../../src/clients/prysm.ts'
import { validatorPublicKey, validatorSecretKeys } from '../../../src/genesis/validator-keys.ts'
import type { PeerEndpoint } from '../../../src/plan/peer-endpoint.ts'
import { answering, startServer, type TestServer } from '../apis/http-server.ts'
import { exampleContext } from './support/node-context.ts'

const context = exampleContext()
const { ports, node } = context
const { signal } = new AbortController()
const mnemonic = 'test test test test test test test test test test test junk'

function processOf(name: string, changes: Partial<NodeContext> = {}) {
  const process = prysm.processes({ ...context, ...changes }).find((one) => one.name === name)
  if (process === undefined) throw new Error(`there is no ${name}`)
  return process
}

type TrustedPeer = Pick<PeerEndpoint, 'node' | 'address' | 'ports'>

describe('the beacon node', () => {
  it('is run with these arguments', () => {
    expect(processOf('beacon-chain').arguments).toEqual([
      '--accept-terms-of-use',
      '--datadir=/net/nodes/node-1/beacon-chain',
      '--chain-config-file=/net/config.yaml',
      '--genesis-state=/net/genesis.ssz',
      '--chain-id=4242',
      '--network-id=4242',
      '--execution-endpoint=http://127.0.0.1:8551',
      '--jwt-secret=/net/nodes/node-1/jwt.hex',
      '--contract-deployment-block=0',
      '--http-host=127.0.0.1',
      `--http-port=${ports.consensusApi}`,
      '--http-cors-domain=*',
      '--rpc-host=127.0.0.1',
      `--rpc-port=${ports.consensusRpc}`,
      '--disable-monitoring',
      '--p2p-priv-key=/net/nodes/node-1/libp2p.key',
      `--p2p-local-ip=${node.address}`,
      `--p2p-host-ip=${node.address}`,
      `--p2p-tcp-port=${ports.consensusP2p}`,
      `--p2p-udp-port=${ports.consensusP2p}`,
      '--p2p-max-peers=250',
      '--p2p-denylist=127.1.0.0/16',
      '--no-discovery',
      '--bootstrap-node=',
      '--disable-quic',
      '--min-sync-peers=0',
      '--minimum-peers-per-subnet=0',
      '--sync-from=head',
      '--block-batch-limit=512',
      '--block-batch-limit-burst-factor=10',
    ])
  })

  it('waits for a peer to sync with only when it has missed more than a few slots', () => {
    expect(processOf('beacon-chain', { slotsMissed: 4 }).arguments).toContain('--min-sync-peers=0')
    expect(processOf('beacon-chain', { slotsMissed: 5 }).arguments).toContain('--min-sync-peers=1')
  })

  it('has its identity in a file, as 64 hex digits', () => {
    expect(prysm.configFiles(context)).toEqual([
      { path: '/net/nodes/node-1/libp2p.key', content: node.libp2p.privateKey.slice(2) },
    ])
  })

  describe('when it is up', () => {
    const [before, after] = context.peers
    if (before === undefined || after === undefined) throw new Error('the middle of a line has two peers')

    /** Runs the hook with one peer, the APIs of both nodes being these servers. */
    async function tellPeers(peer: PeerEndpoint, own: TestServer, other: TestServer): Promise<void> {
      const at = (server: TestServer) => ({ consensusApi: Number(new URL(server.url).port) })
      const peers = [{ ...peer, ports: { ...peer.ports, ...at(other) } }]
      await processOf('beacon-chain', { ports: { ...ports, ...at(own) }, peers }).onReady?.(signal)
    }

    function trusting({ address, node: { libp2p }, ports: { consensusP2p } }: TrustedPeer) {
      const body = JSON.stringify({ addr: `/ip4/${address}/tcp/${consensusP2p}/p2p/${libp2p.peerId}` })
      return { method: 'POST', path: '/prysm/v1/node/trusted_peers', body }
    }

    it.each([before, after])('it and a peer that is up are told to trust each other', async (peer) => {
      await using own = await startServer(answering({}))
      await using other = await startServer(answering({}))
      await tellPeers(peer, own, other)
      expect(other.requests).toEqual([trusting({ node, address: peer.address, ports })])
      expect(own.requests).toEqual([trusting(peer)])
    })

    it('it dials a peer that is not up if that comes before it, and leaves the dial to a later one', async () => {
      await using own = await startServer(answering({}))
      await using down = await startServer(answering({}, 503))
      await tellPeers(before, own, down)
      await tellPeers(after, own, down)
      expect(own.requests).toEqual([trusting(before)])
    })

    it.each([before, after])(
      'it trusts a peer that dials by itself, and does not tell it so',
      async (peer) => {
        await using own = await startServer(answering({}))
        await using other = await startServer(answering({}, 404))
        await tellPeers({ ...peer, dialsPeers: true }, own, other)
        expect(other.requests).toEqual([])
        expect(own.requests).toEqual([trusting(peer)])
      },
    )
  })

  it('is ready when its API answers', async () => {
    await using api = await startServer(answering({ data: { version: 'Prysm' } }))
    const changed = { ...ports, consensusApi: Number(new URL(api.url).port) }
    expect(await processOf('beacon-chain', { ports: changed }).isReady(signal)).toBe(true)
    expect(api.requests[0]?.path).toBe('/eth/v1/node/version')
  })
})

describe('the validator client', () => {
  it('is run with these arguments', () => {
    expect(processOf('validator').arguments).toEqual([
      '--accept-terms-of-use',
      '--datadir=/net/nodes/node-1/validator',
      '--chain-config-file=/net/config.yaml',
      `--beacon-rpc-provider=127.0.0.1:${ports.consensusRpc}`,
      `--suggested-fee-recipient=${node.feeRecipient}`,
      '--graffiti=node-1',
      '--monitoring-host=127.0.0.1',
      `--monitoring-port=${ports.validatorApi}`,
      '--interop-start-index=4',
      '--interop-num-validators=4',
    ])
  })

  it('is started after the beacon node, and only where there are validators', () => {
    const names = (one: NodeContext) => prysm.processes(one).map(({ name }) => name)
    expect(names(context)).toEqual(['beacon-chain', 'validator'])
    expect(names(exampleContext({}, { validators: { distribution: [12, 0, 0] } }))).toEqual(['beacon-chain'])
  })

  it('uses a wallet for keys of a mnemonic', () => {
    const withKeys = exampleContext({}, { validators: { count: 12, keys: { mnemonic } } })
    const process = prysm.processes(withKeys).find(({ name }) => name === 'validator')
    expect(process?.arguments.slice(-2)).toEqual([
      '--wallet-dir=/net/nodes/node-1/wallet',
      '--wallet-password-file=/net/nodes/node-1/wallet-password.txt',
    ])
    expect(process?.arguments.join(' ')).not.toContain('interop')
  })
})

describe('the initialization', () => {
  it('does nothing for interop keys, nor without validators', async () => {
    expect(await prysm.initialize(context)).toEqual([])
    const none = exampleContext({}, { validators: { distribution: [12, 0, 0], keys: { mnemonic } } })
    expect(await prysm.initialize(none)).toEqual([])
  })

  it('writes the keys of a mnemonic as keystores that the password opens, and imports them', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'eth-localnet-test-'))
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    const withKeys = exampleContext({ directory }, { validators: { count: 12, keys: { mnemonic } } })
    const [command, ...others] = await prysm.initialize(withKeys)
    expect(others).toEqual([])
    expect(command?.arguments).toEqual([
      ...['accounts', 'import', '--accept-terms-of-use'],
      `--wallet-dir=${directory}/wallet`,
      `--wallet-password-file=${directory}/wallet-password.txt`,
      `--keys-dir=${directory}/keystores`,
      `--account-password-file=${directory}/wallet-password.txt`,
    ])

    const passwordFile = join(directory, 'wallet-password.txt')
    const password = readFileSync(passwordFile, 'utf8')
    expect(statSync(passwordFile).mode & 0o777).toBe(0o600)
    const files = readdirSync(join(directory, 'keystores')).sort()
    expect(files).toEqual([4, 5, 6, 7].map((index) => `keystore-${index}.json`))
    const secretKeys = validatorSecretKeys(withKeys.manifest.validators.keys, 4, 4)
    for (const [position, file] of files.entries()) {
      const path = join(directory, 'keystores', file)
      expect(statSync(path).mode & 0o777).toBe(0o600)
      const keystore = JSON.parse(readFileSync(path, 'utf8'))
      const secretKey = secretKeys[position] ?? new Uint8Array()
      expect(await decrypt(keystore, password)).toEqual(secretKey)
      expect(keystore.pubkey).toBe(Buffer.from(validatorPublicKey(secretKey)).toString('hex'))
      expect(keystore.path).toBe(`m/12381/3600/${4 + position}/0/0`)
      await expect(decrypt(keystore, 'another')).rejects.toThrow()
    }
  })
})
