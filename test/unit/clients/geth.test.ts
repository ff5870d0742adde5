import { describe, expect, it } from 'vitest'
import { geth } from '../../../src/clients/geth.ts'
import { answering, startServer } from '../apis/http-server.ts'
import { exampleContext } from './support/node-context.ts'

const context = exampleContext()
const { ports, node } = context
const { signal } = new AbortController()

function processOf(changes = {}) {
  const [process, ...others] = geth.processes({ ...context, ...changes })
  if (process === undefined || others.length > 0) throw new Error('Geth is one process')
  return process
}

it('is run with these arguments', () => {
  expect(processOf().arguments.join(' ')).toBe(
    [
      '--config /net/nodes/node-1/geth.toml',
      '--datadir /net/nodes/node-1/geth --state.scheme hash --db.engine leveldb',
      '--gcmode archive --syncmode full',
      '--networkid 4242',
      '--nodekey /net/nodes/node-1/devp2p.key --nodiscover --nat none --ipcdisable',
      `--http --http.addr 127.0.0.1 --http.port ${ports.executionRpc}`,
      '--http.api eth,net,web3,txpool,debug,admin --http.corsdomain * --http.vhosts localhost',
      `--ws --ws.addr 127.0.0.1 --ws.port ${ports.executionRpc}`,
      '--ws.api eth,net,web3,txpool,debug,admin --ws.origins *',
      `--authrpc.addr 127.0.0.1 --authrpc.port ${ports.executionEngine}`,
      '--authrpc.jwtsecret /net/nodes/node-1/jwt.hex --authrpc.vhosts localhost',
      '--verbosity 3 --cache 64',
    ].join(' '),
  )
  expect(processOf()).toMatchObject({ file: '/bin/of/geth', logFile: '/net/nodes/node-1/logs/geth.log' })
})

it('makes its database from the genesis, with the storage that it is run with', async () => {
  const [command, ...others] = await geth.initialize(context)
  expect(others).toEqual([])
  expect(command?.arguments).toEqual([
    ...['init', '--datadir', '/net/nodes/node-1/geth', '--state.scheme', 'hash', '--db.engine', 'leveldb'],
    '/net/genesis.json',
  ])
})

describe('its files', () => {
  const [config, key] = geth.configFiles(context)

  it('have it listen on its own address only, and dial exactly its declared peers', () => {
    const [first, last] = context.peers.map(
      (peer) => `enode://${peer.node.devp2p.nodeId.slice(2)}@${peer.address}:${peer.ports.executionP2p}`,
    )
    expect(config).toEqual({
      path: '/net/nodes/node-1/geth.toml',
      content: [
        '[Node.P2P]',
        `ListenAddr = "${node.address}:${ports.executionP2p}"`,
        'NoDiscovery = true',
        'BootstrapNodes = []',
        `StaticNodes = ["${first}", "${last}"]`,
        '',
      ].join('\n'),
    })
  })

  it('dial the ports that the peers really have', () => {
    const [peer] = context.peers
    if (peer === undefined) throw new Error('no peer')
    const moved = { ...peer, ports: { ...peer.ports, executionP2p: 31_999 } }
    const [file] = geth.configFiles({ ...context, peers: [moved] })
    expect(file?.content).toContain(`@${peer.address}:31999"]`)
  })

  it('have no peers for a node alone', () => {
    const [file] = geth.configFiles({ ...context, peers: [] })
    expect(file?.content).toContain('StaticNodes = []')
  })

  it('hold its identity, as 64 hex digits', () => {
    expect(key?.path).toBe('/net/nodes/node-1/devp2p.key')
    expect(key?.content).toBe(node.devp2p.privateKey.slice(2))
    expect(key?.content).toMatch(/^[0-9a-f]{64}$/)
  })
})

describe('it is ready', () => {
  it('when both the RPC and the Engine API answer, the latter without a token', async () => {
    await using rpc = await startServer(answering({ result: '0x1' }))
    await using engine = await startServer(answering('missing token', 401))
    const changed = { ...ports, executionRpc: portOf(rpc.url), executionEngine: portOf(engine.url) }
    expect(await processOf({ ports: changed }).isReady(signal)).toBe(true)
    expect(rpc.requests[0]?.body).toContain('eth_chainId')
  })

  it('not while one of them fails or is not there', async () => {
    await using rpc = await startServer(answering({ result: '0x1' }))
    await using failing = await startServer(answering('starting', 503))
    const withFailing = { ...ports, executionRpc: portOf(rpc.url), executionEngine: portOf(failing.url) }
    expect(await processOf({ ports: withFailing }).isReady(signal)).toBe(false)
    const gone = await startServer(answering({}))
    await gone[Symbol.asyncDispose]()
    const withGone = { ...ports, executionRpc: portOf(rpc.url), executionEngine: portOf(gone.url) }
    await expect(processOf({ ports: withGone }).isReady(signal)).rejects.toThrow('fetch failed')
  })
})

function portOf(url: string): number {
  return Number(new URL(url).port)
}
