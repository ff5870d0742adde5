import { beforeEach, expect, it, type Mock, vi } from 'vitest'
import { ClientPrograms } from '../../../src/network/client-programs.ts'
import * as findClientModule from '../../../src/processes/binaries/find-client.ts'
import type { FoundClient } from '../../../src/processes/binaries/found-client.ts'
import * as installClientModule from '../../../src/processes/binaries/install-client.ts'
import { exampleNodes } from './support/fake-node.ts'

const { signal } = new AbortController()
const { nodes } = exampleNodes(3)

function found(client: string, ...programs: string[]): FoundClient {
  const paths = Object.fromEntries(programs.map((program) => [program, `/bin/of/${program}`]))
  return { client, version: '1.0.0', origin: 'cache', binaries: [], paths } as unknown as FoundClient
}

let findClient: Mock<typeof findClientModule.findClient>
let installClient: Mock<typeof installClientModule.installClient>

beforeEach(() => {
  installClient = vi.spyOn(installClientModule, 'installClient').mockRejectedValue(new Error('not expected'))
  findClient = vi
    .spyOn(findClientModule, 'findClient')
    .mockImplementation(async ({ client }) =>
      client === 'geth' ? found('geth', 'geth') : found('prysm', 'beacon-chain', 'validator'),
    )
})

it('looks each client up once, however many nodes use it and however often it is asked', async () => {
  const programs = new ClientPrograms({}, () => {})
  const clients = await programs.find(nodes, signal)
  expect(clients.map(({ client }) => client)).toEqual(['geth', 'prysm'])
  const [first] = nodes
  if (first === undefined) throw new Error('no node was planned')
  await programs.find(first, signal)
  expect(findClient).toHaveBeenCalledTimes(2)
})

it('knows the path of every program of them, and of no other', async () => {
  const programs = new ClientPrograms({}, () => {})
  await programs.find(nodes, signal)
  expect(programs.path('geth')).toBe('/bin/of/geth')
  expect(programs.path('validator')).toBe('/bin/of/validator')
  expect(() => programs.path('reth')).toThrow('no client that was looked up has a program reth')
})

it('passes on the paths that the user names', async () => {
  const paths = { geth: '/opt/geth' }
  await new ClientPrograms(paths, () => {}).find(nodes, signal)
  expect(findClient).toHaveBeenCalledWith(expect.objectContaining({ client: 'geth' }), { paths, signal })
})

it('installs what is missing, and tells how far it is', async () => {
  findClient.mockImplementation(async ({ client }) =>
    client === 'geth' ? undefined : found('prysm', 'beacon-chain', 'validator'),
  )
  installClient.mockImplementation(async (_, { onProgress } = {}) => {
    onProgress?.({ client: 'geth', step: 'built' } as never)
    return found('geth', 'geth')
  })
  const progress: string[] = []
  const programs = new ClientPrograms({}, ({ stage }) => progress.push(stage))
  await programs.find(nodes, signal)
  expect(installClient).toHaveBeenCalledTimes(1)
  expect(programs.path('geth')).toBe('/bin/of/geth')
  expect(progress).toEqual(['clients'])
})

it('looks again after a failure', async () => {
  findClient.mockRejectedValueOnce(new Error('no such program'))
  const programs = new ClientPrograms({}, () => {})
  await expect(programs.find(nodes, signal)).rejects.toThrow('no such program')
  expect(await programs.find(nodes, signal)).toHaveLength(2)
})
