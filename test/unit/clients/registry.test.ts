import { describe, expect, it } from 'vitest'
import { capabilityRegistry, clientNamed, clientsOf, processClients } from '../../../src/clients/registry.ts'
import { planNetwork } from '../../../src/network/start-network.ts'
import { exampleContext } from './support/node-context.ts'

describe('the registry', () => {
  it('tells what each client can, by layer', () => {
    for (const layer of ['execution', 'consensus'] as const)
      expect(capabilityRegistry[layer].map((client) => client.layer)).toEqual(
        capabilityRegistry[layer].map(() => layer),
      )
  })

  it('finds every client by its name, which no other has', () => {
    for (const layer of ['execution', 'consensus'] as const) {
      const all = capabilityRegistry[layer]
      expect(all.map(({ name }) => clientNamed(layer, name).capabilities)).toEqual(all)
    }
  })

  it('has the clients that a network is planned with', () => {
    for (const node of planNetwork().nodes)
      expect(clientsOf(node).map(({ capabilities }) => capabilities.layer)).toEqual([
        'execution',
        'consensus',
      ])
  })

  it('knows no other', () => {
    expect(() => clientNamed('execution', 'reth')).toThrow('no execution client is called reth')
  })
})

describe('every client of processes', () => {
  it.each(processClients().map((client) => [client.capabilities.name, client] as const))(
    'keeps to its own directory, to loopback, and to names that no other uses: %s',
    (_, client) => {
      const context = exampleContext()
      const processes = client.processes(context)
      for (const { logFile, workingDirectory } of processes)
        expect([logFile, workingDirectory].filter((path) => !path.startsWith(context.directory))).toEqual([])
      for (const { path } of client.configFiles(context))
        expect(path.startsWith(context.directory)).toBe(true)
      expect(processes.flatMap((one) => one.arguments).join(' ')).not.toContain('0.0.0.0')
      expect(new Set(processes.map(({ name }) => name)).size).toBe(processes.length)
    },
  )
})
