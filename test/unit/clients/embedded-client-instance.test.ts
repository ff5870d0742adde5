import { describe, expect, it } from 'vitest'
import type { CrashReport } from '../../../src/clients/client-instance.ts'
import { embeddedConsensus, embeddedExecution } from '../../../src/clients/embedded.ts'
import { EmbeddedClientInstance } from '../../../src/clients/embedded-client-instance.ts'
import type { NodeParameters } from '../../../src/embedded/host/host-methods.ts'
import type { PeerEndpoint } from '../../../src/plan/peer-endpoint.ts'
import { examplePlan } from '../support/example-plan.ts'
import { FakeEmbedded } from '../support/fake-embedded.ts'
import { exampleContext } from './support/node-context.ts'

const { signal } = new AbortController()
const logFile = '/nowhere/logs/embedded.log'

function makeInstance(client = embeddedConsensus) {
  const [plan] = examplePlan({ nodes: 1, validators: 4 }).nodes
  if (plan === undefined) throw new Error('no node was planned')
  const embedded = new FakeEmbedded()
  const crashes: CrashReport[] = []
  const peers: PeerEndpoint[] = []
  const makeParameters = (): NodeParameters => ({
    ...{ plan, ports: plan.ports, jwtSecretFile: '/nowhere/jwt.hex', logFile },
    ...{ layers: ['execution', 'consensus'], peers: [...peers] },
  })
  const instance = new EmbeddedClientInstance(client, embedded.network, makeParameters, (report) => {
    crashes.push(report)
  })
  return { instance, embedded, crashes, peers }
}

describe('one half of an embedded node', () => {
  it.each([
    ['execution', embeddedExecution],
    ['consensus', embeddedConsensus],
  ])('passes everything on to the %s layer of its node', async (layer, client) => {
    const { instance, embedded } = makeInstance(client)
    await instance.start(signal)
    instance.pause()
    instance.resume()
    await instance.kill()
    await instance.start(signal)
    await instance.stop()
    const asked = ['start', 'pause', 'resume', 'kill', 'start', 'stop']
    expect(embedded.calls).toEqual(asked.map((what) => `${what} ${layer} node-0`))
  })

  it('has no processes, and always ends by itself', async () => {
    const { instance } = makeInstance()
    await instance.start(signal)
    expect(instance.processes).toEqual([])
    expect(await instance.stop()).toBe('graceful')
  })

  it('is started with its neighbours as they are by then', async () => {
    const { instance, embedded, peers } = makeInstance()
    const lastPeers = () => embedded.started.get('consensus node-0')?.peers
    await instance.start(signal)
    expect(lastPeers()).toEqual([])
    const [late] = exampleContext().peers
    if (late === undefined) throw new Error('the example has peers')
    peers.push(late)
    await instance.stop()
    await instance.start(signal)
    expect(lastPeers()).toEqual([late])
  })

  it('is not started after an abort', async () => {
    const { instance, embedded } = makeInstance()
    const reason = new Error('enough')
    await expect(instance.start(AbortSignal.abort(reason))).rejects.toBe(reason)
    expect(embedded.calls).toEqual([])
  })

  it('passes on why it did not start, which is no crash', async () => {
    const { instance, embedded, crashes } = makeInstance()
    const reason = new Error('the port is taken')
    embedded.failure = reason
    await expect(instance.start(signal)).rejects.toBe(reason)
    expect(crashes).toEqual([])
  })

  it.each([
    ['execution' as const, embeddedExecution],
    ['consensus' as const, embeddedConsensus],
  ])('tells a failure of its %s layer as a crash', async (layer, client) => {
    const { instance, embedded, crashes } = makeInstance(client)
    await instance.start(signal)
    embedded.fail(layer, 'node-0', 'it could not go on')
    expect(crashes).toEqual([
      {
        title: `node-0 embedded ${layer} client`,
        command: 'a part of this process',
        reason: 'it could not go on',
        logFile,
      },
    ])
  })
})
