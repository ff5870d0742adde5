import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type HistoryRecord,
  type Network,
  readHistory,
  type StartNetworkOptions,
  startNetwork,
} from 'eth-localnet'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { Command, type Outcome } from '../cli/command.ts'

const slotsPerEpoch = 8
const options = {
  nodes: 4,
  validators: 16,
  time: 'virtual',
  seed: 11,
  slotsPerEpoch,
} as const satisfies StartNetworkOptions
const names = ['node-0', 'node-1', 'node-2', 'node-3']

const home = mkdtempSync(join(tmpdir(), 'eth-localnet-history-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'eth-localnet-history-net-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** What a network with this directory has written, once it has been stopped. */
async function recordsIn(directory: string): Promise<HistoryRecord[]> {
  const records: HistoryRecord[] = []
  for await (const record of readHistory(join(directory, 'history.jsonl'))) records.push(record)
  return records
}

type Of<Type extends HistoryRecord['type']> = Extract<HistoryRecord, { type: Type }>

function ofType<Type extends HistoryRecord['type']>(
  records: readonly HistoryRecord[],
  type: Type,
): Of<Type>[] {
  return records.filter((record): record is Of<Type> => record.type === type)
}

function cli(...args: string[]): Promise<Outcome> {
  return new Command(args, { ETH_LOCALNET_HOME: home }).ended
}

async function run(directory: string, life: (network: Network) => Promise<void>): Promise<HistoryRecord[]> {
  await using network = await startNetwork({ ...options, dir: directory })
  await life(network)
  await network.stop()
  return recordsIn(directory)
}

describe('a run in which nothing is broken', () => {
  test('is recorded completely, and found healthy', async () => {
    const directory = newDirectory()
    const lastSlot = 6 * slotsPerEpoch
    const records = await run(directory, async (network) => {
      await network.waitForSlots(lastSlot - network.currentSlot)
      await network.expectHealthy()
      const verdicts = (await network.check()).map(({ checker, verdict }) => [checker, verdict])
      expect(Object.fromEntries(verdicts)).toEqual({
        'finality-agrees': 'pass',
        'finality-stays': 'pass',
        'no-reorg-past-finality': 'pass',
        'no-equivocation': 'pass',
        'execution-follows': 'pass',
        'heads-agree': 'unknown',
        'finality-advances': 'pass',
        participation: 'pass',
        'missed-slots': 'pass',
        reorgs: 'pass',
      })
      // Bounds of one's own are judged by the file.
      await expect(network.expectHealthy({ finalityWithinEpochs: 0 })).rejects.toMatchObject({
        code: 'unhealthy',
      })
      const signal = AbortSignal.abort(new Error('enough'))
      for (const call of [
        network.check({ signal }),
        network.check({ signal, finalityWithinEpochs: 0 }),
        network.expectHealthy({ signal }),
        network.diagnose({ signal }),
      ]) {
        await expect(call).rejects.toThrow('enough')
      }
    })
    const [first] = records
    expect(first).toMatchObject({ type: 'run', seed: 11, validators: 16, time: 'virtual' })
    const slots = ofType(records, 'slot')
    expect(slots.map(({ slot }) => slot)).toEqual(Array.from({ length: lastSlot }, (_, slot) => slot))
    for (const slot of slots) expect(slot).toMatchObject({ nodesAtHead: 4, headSlot: slot.slot })
    for (const node of names) {
      const of = <Type extends 'block' | 'head' | 'finalized'>(type: Type): Of<Type>[] =>
        ofType(records, type).filter((record) => 'node' in record && record.node === node)
      // Each block is seen once by each node, becomes its head, and is the child of the one before.
      const blocks = of('block')
      const roots = slots.map(({ blockRoot }) => blockRoot)
      expect(blocks.map(({ root }) => root).slice(0, lastSlot)).toEqual(roots)
      expect(
        of('head')
          .map(({ root }) => root)
          .slice(0, lastSlot),
      ).toEqual(roots)
      expect(blocks.slice(1, lastSlot).map(({ parentRoot }) => parentRoot)).toEqual(roots.slice(0, -1))
      expect(of('finalized').map(({ epoch }) => epoch)).toEqual([2, 3, 4])
    }
    expect(ofType(records, 'participation')).toMatchObject(
      [0, 1, 2, 3, 4].map((epoch) => ({ epoch, source: 1, target: 1, head: 1 })),
    )
    const peers = ofType(records, 'peers').filter(
      ({ layer, node }) => layer === 'consensus' && node === 'node-0',
    )
    expect(peers.at(-1)?.peers).toEqual(['node-1', 'node-2', 'node-3'])
    expect(ofType(records, 'gap')).toEqual([])
  })

  test('has the same history, byte for byte, for the same seed, and the same digest without anybody looking', async () => {
    const [one, other] = [newDirectory(), newDirectory()]
    const digests: string[] = []
    for (const directory of [one, other]) {
      await run(directory, async (network) => {
        await network.waitForSlots(20 - network.currentSlot)
        digests.push(await network.digest())
      })
    }
    expect(digests[0]).toBe(digests[1])
    const texts = await Promise.all(
      [one, other].map((directory) => readFile(join(directory, 'history.jsonl'), 'utf8')),
    )
    expect(texts[0]).toBe(texts[1])
  })
})

test('a kill and a restart of a node are recorded, and the runs of a network follow each other in one file', async () => {
  const directory = newDirectory()
  await run(directory, async (network) => {
    const node = network.node('node-3')
    await network.waitForSlots(4)
    await node.kill()
    await network.waitForSlots(4)
    await node.start()
    await network.waitForHead(network.currentSlot + 2)
  })
  const records = await run(directory, (network) => network.waitForHead(network.currentSlot + 2))
  const runs = ofType(records, 'run')
  expect(runs).toHaveLength(2)
  const states = ofType(records, 'node')
    .filter(({ node }) => node === 'node-3')
    .map(({ state }) => state)
  expect(states).toEqual([
    ...['starting', 'running', 'stopped', 'starting', 'running', 'stopping', 'stopped'],
    ...['starting', 'running', 'stopping', 'stopped'],
  ])
  expect(Math.min(...ofType(records, 'slot').map(({ nodesRunning }) => nodesRunning))).toBe(3)
  const slots = ofType(records, 'slot').map(({ slot }) => slot)
  expect(slots).toEqual([...slots].sort((a, b) => a - b))
  expect((await cli('check', join(directory, 'history.jsonl'))).exitCode).toBe(0)
})

describe('the command line', () => {
  test('replays what `up` has drawn, line by line, and checks it', async () => {
    const directory = newDirectory()
    const up = new Command(
      ['up', '--time', 'virtual', '--nodes', '2', '--validators', '8', '--dir', directory],
      { ETH_LOCALNET_HOME: home },
    )
    await up.line((line) => line.startsWith('slot    30'))
    up.pressCtrlC()
    const drawn = (await up.ended).stdout.split('\n').filter((line) => line.startsWith('slot '))
    const path = join(directory, 'history.jsonl')
    const replayed = await cli('replay', path)
    expect(replayed.exitCode).toBe(0)
    const again = replayed.stdout.split('\n').filter((line) => line.startsWith('slot '))
    expect(drawn.length).toBeGreaterThan(30)
    // What was recorded while it was stopping was no longer drawn.
    expect(again.slice(0, drawn.length)).toEqual(drawn)
    expect((await cli('check', path)).exitCode).toBe(0)
    const failed = await cli('check', path, '--finality-within-epochs', '0', '--json')
    expect(failed.exitCode).toBe(4)
    expect(failed.events).toContainEqual(
      expect.objectContaining({ checker: 'finality-advances', verdict: 'fail' }),
    )
    const records = await cli('replay', path, '--json')
    expect(records.events.length).toBe((await readFile(path, 'utf8')).trim().split('\n').length)
  })

  test('says which file is no history', async () => {
    const path = join(newDirectory(), 'none.jsonl')
    const { exitCode, stderr } = await cli('check', path)
    expect(exitCode).toBe(2)
    expect(stderr).toContain(path)
  })
})

test('a split and its heal are recorded as a fault and reorgs, and demanded of is only what can be', async () => {
  const directory = newDirectory()
  const records = await run(directory, async (network) => {
    await network.waitForFinalizedEpoch(2)
    const split = await network.partition([names.slice(0, 2), names.slice(2)])
    await network.waitForSlots(3 * slotsPerEpoch)
    const during = await network.check()
    expect(during.filter(({ verdict }) => verdict === 'fail')).toEqual([])
    await split[Symbol.asyncDispose]()
    await network.waitForFinalizedEpoch(network.currentEpoch)
    await network.expectHealthy()
    expect(await network.check()).toContainEqual(
      expect.objectContaining({ checker: 'heads-agree', verdict: 'pass' }),
    )
  })
  const [begin, end] = ofType(records, 'fault')
  expect(begin).toMatchObject({ phase: 'begin', kind: 'partition' })
  expect(end).toMatchObject({ phase: 'end', id: begin?.id })
  // While they were apart each half had the votes of its own only: whose view a record is, its node says.
  const firstApart = ofType(records, 'slot').find(({ timeMs }) => timeMs >= (begin?.timeMs ?? 0))
  const views = ofType(records, 'participation').filter(({ epoch }) => epoch === firstApart?.epoch)
  expect(views.map(({ node }) => names.indexOf(node) < 2).sort()).toEqual([false, true])
  for (const { target } of views) expect(target).toBeLessThan(2 / 3)
  // One of the halves gave up its branch: its nodes went back to where the split began.
  const reorgs = ofType(records, 'reorg').filter(
    ({ timeMs, depth }) => timeMs >= (end?.timeMs ?? 0) && depth > 8,
  )
  expect([names.slice(0, 2), names.slice(2)]).toContainEqual(reorgs.map(({ node }) => node).sort())
})
