import os from 'node:os'
import { expect, it } from 'vitest'
import type { StartProgress } from '../../../src/network/progress.ts'
import { startNodes } from '../../../src/network/start-nodes.ts'
import { useBuiltin } from '../support/builtin.ts'
import { exampleNodes, makeFakeNode } from './support/fake-node.ts'

useBuiltin(os, { availableParallelism: () => 2 })

function makeNodes(count: number) {
  return exampleNodes(count).nodes.map((plan) => makeFakeNode({ plan }))
}

const never = () => new Promise<void>(() => {})
const onProgress = () => {}
const { signal } = new AbortController()

it('starts all nodes and tells how far it is', async () => {
  const fakes = makeNodes(3)
  const progress: StartProgress[] = []
  const nodes = fakes.map(({ node }) => node)
  await startNodes(nodes, { signal, onProgress: (step) => progress.push(step) })
  expect(nodes.map(({ state }) => state)).toEqual(['running', 'running', 'running'])
  expect(progress.map(({ done, total }) => [done, total])).toEqual([
    [0, 3],
    [1, 3],
    [2, 3],
    [3, 3],
  ])
  expect(progress.at(-1)?.message).toMatch(/^node-\d is up$/)
})

it('starts at most two nodes per core at a time', async () => {
  const fakes = makeNodes(9)
  let starting = 0
  let most = 0
  for (const { execution, consensus } of fakes) {
    execution.work = async () => {
      most = Math.max(most, ++starting)
      await new Promise(setImmediate)
    }
    consensus.work = async () => {
      await new Promise(setImmediate)
      starting--
    }
  }
  await startNodes(
    fakes.map(({ node }) => node),
    { signal, onProgress },
  )
  expect(most).toBe(4)
})

it('gives up the others when one fails, throws the first failure, and leaves nothing', async () => {
  const fakes = makeNodes(9)
  for (const { consensus } of fakes) consensus.work = never
  const [, second, third] = fakes
  if (second === undefined || third === undefined) throw new Error('too few nodes')
  second.consensus.work = async () => {}
  second.consensus.failure = new Error('no disk')
  third.execution.work = () => new Promise(setImmediate)
  third.execution.failure = new Error('later')
  const nodes = fakes.map(({ node }) => node)
  await expect(startNodes(nodes, { signal, onProgress })).rejects.toThrow('no disk')
  expect(nodes.flatMap(({ processes }) => processes)).toEqual([])
  // Four were starting; nobody began with the rest.
  expect(fakes.map(({ execution }) => execution.starts)).toEqual([1, 1, 1, 1, 0, 0, 0, 0, 0])
})

it('ends with the reason of its signal, and leaves nothing', async () => {
  const fakes = makeNodes(2)
  const abort = new AbortController()
  const reason = new Error('enough')
  for (const { consensus } of fakes) {
    consensus.work = async () => {
      abort.abort(reason)
      await never()
    }
  }
  const nodes = fakes.map(({ node }) => node)
  await expect(startNodes(nodes, { signal: abort.signal, onProgress })).rejects.toBe(reason)
  expect(nodes.flatMap(({ processes }) => processes)).toEqual([])
})
