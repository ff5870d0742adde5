import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import {
  healthyLink,
  type LinkShape,
  type LinkState,
  noShape,
} from '../../../src/embedded/links/link-state.ts'
import { EdgeProxies } from '../../../src/faults/proxies/edge-proxies.ts'
import { LossyWires } from '../../../src/faults/proxies/lossy-wires/lossy-wires.ts'
import { findNamespaceTools } from '../../../src/faults/proxies/lossy-wires/namespace-tools.ts'
import type { EdgePlan } from '../../../src/plan/manifest.ts'
import { whyNoLoss } from '../../support/lossy-links.ts'
import { closed, echoed, Listener } from './support/echo.ts'

const edge: EdgePlan = {
  a: 'node-0',
  b: 'node-1',
  address: '127.2.4.4',
  links: { execution: 'in-process', consensus: 'sockets' },
}
const [addressA, addressB] = ['127.1.4.4', '127.1.4.5']

const opened: { close: () => unknown }[] = []
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close()
})

async function openEdge() {
  const [a, b] = [await Listener.open(addressA), await Listener.open(addressB)]
  const wires = new LossyWires()
  const proxies = new EdgeProxies(1, wires)
  opened.push(a, b, { close: () => proxies[Symbol.asyncDispose]() })
  const portsOf = ({ port }: Listener) => ({ consensusP2p: port, executionP2p: port })
  await proxies.open(edge, {
    a: { address: addressA, ports: portsOf(a) },
    b: { address: addressB, ports: portsOf(b) },
  })
  const set = (state: Partial<LinkState>) => proxies.set(edge, 'consensus', { ...healthyLink, ...state })
  const pid = async () => (await wires.namespace()).pid
  return { a, b, set, pid }
}

function lossy(lossPercent: number, shape: Partial<LinkShape> = {}): LinkShape {
  return { ...noShape, ...shape, lossPercent }
}

async function dial(port: number): Promise<Socket> {
  const socket = connect({ host: edge.address, port, allowHalfOpen: true })
  opened.push({ close: () => socket.destroy() })
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

/** Packets that reached each rule in force, and those of them that were dropped. */
async function countsOf(pid: number | undefined) {
  const { options } = await findNamespaceTools()
  const user = options.includes('--user') ? ['--user', '--preserve-credentials'] : []
  const command = [...user, '--net', '--target', String(pid), 'nft', 'list', 'ruleset']
  const { stdout } = await promisify(execFile)('nsenter', command, {
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
  })
  return [...stdout.matchAll(/saddr (\S+) .*?packets (\d+) .*?packets (\d+) /g)].map(
    ([, from, all, lost]) => ({
      from,
      all: Number(all),
      lost: Number(lost),
    }),
  )
}

const whyNot = await whyNoLoss()

describe.skipIf(whyNot !== undefined)(`an edge that loses packets${whyNot ? ` (${whyNot})` : ''}`, () => {
  it('delivers every byte in its order, on connections that there are and on new ones', async () => {
    const { a, b, set } = await openEdge()
    const text = Array.from({ length: 5_000 }, (_, i) => `${i};`).join('')
    const old = await dial(b.port)
    await echoed(old, 'hello')
    await set({ forward: lossy(10), backward: lossy(10) })
    expect(await echoed(old, text)).toBe(text)
    expect(await echoed(await dial(a.port), text)).toBe(text)
    expect(b.sockets).toHaveLength(1)
  })

  it('goes on with what is under way when it begins, and when it ends', async () => {
    const { b, set } = await openEdge()
    const socket = await dial(b.port)
    const heard: Buffer[] = []
    socket.on('data', (data) => heard.push(data))
    let said = ''
    /** Goes on talking until a change is made, so that something is on its way at every moment of it. */
    const talkDuring = async (change: Promise<void>) => {
      let isMade = false
      void change.then(() => {
        isMade = true
      })
      for (let i = 0; !isMade && i < 100_000; i++) {
        const line = `${i};`.repeat(10)
        said += line
        socket.write(line)
        await new Promise(setImmediate)
      }
      await change
    }
    await talkDuring(set({ forward: lossy(0, { latencyMs: 2 }) }))
    await talkDuring(set({ forward: lossy(1, { latencyMs: 2 }), backward: lossy(1) }))
    await talkDuring(set({ forward: lossy(2) }))
    await talkDuring(set({}))
    socket.end()
    await once(socket, 'end')
    expect(Buffer.concat(heard).toString()).toBe(said)
    expect(b.sockets).toHaveLength(1)
  })

  it('loses about as many packets as it is asked for, in that direction alone', async () => {
    const { b, set, pid } = await openEdge()
    const socket = await dial(b.port)
    await set({ forward: lossy(10) })
    await echoed(socket, Buffer.alloc(1_000_000))
    const counts = await countsOf(await pid())
    expect(counts).toHaveLength(1)
    const { from, all, lost } = counts[0] ?? { from: '', all: 0, lost: 0 }
    expect(from).toBe('127.1.0.0')
    // The data is more packets than this, each of at most 1,500 bytes.
    expect(all).toBeGreaterThan(660)
    // Seven standard deviations: by chance it is outside once in 10^11 runs.
    expect(Math.abs(lost - all * 0.1)).toBeLessThan(7 * Math.sqrt(all * 0.1 * 0.9))
  })

  it.each(['forward', 'backward'] as const)(
    'lets nothing through %s while all gets lost, and then all of it',
    async (way) => {
      const { b, set, pid } = await openEdge()
      const socket = await dial(b.port)
      await echoed(socket, 'hello')
      const [peer] = b.sockets
      await set({ [way]: lossy(100) })
      const heard: string[] = []
      const listener = way === 'forward' ? peer : socket
      listener?.on('data', (data) => heard.push(String(data)))
      socket.write('lost and sent again')
      // The kernel has dropped it, and the first time that it was sent again.
      await expect
        .poll(async () => (await countsOf(await pid()))[0]?.lost, { timeout: 20_000 })
        .toBeGreaterThan(2)
      expect(heard).toEqual([])
      await set({})
      await expect.poll(() => heard.join(''), { timeout: 20_000 }).toBe('lost and sent again')
    },
  )

  it('connects nobody while it loses everything', async () => {
    const { b, set, pid } = await openEdge()
    await set({ forward: lossy(100) })
    const socket = await dial(b.port)
    socket.write('hello')
    await expect
      .poll(async () => (await countsOf(await pid()))[0]?.lost, { timeout: 20_000 })
      .toBeGreaterThan(1)
    expect(b.sockets).toHaveLength(0)
    const answer = once(socket, 'data')
    await set({})
    expect(String((await answer)[0])).toBe('hello')
  })

  it('can be slow as well, and is cut as any other', async () => {
    const { b, set } = await openEdge()
    await set({ forward: lossy(5, { latencyMs: 100 }) })
    const socket = await dial(b.port)
    const beganMs = performance.now()
    await echoed(socket, 'hello')
    expect(performance.now() - beganMs).toBeGreaterThanOrEqual(99)
    await set({ isUp: false, forward: lossy(5) })
    await closed(socket)
    const patient = await dial(b.port)
    const answer = once(patient, 'data')
    patient.write('me too')
    await set({ forward: lossy(5) })
    expect(String((await answer)[0])).toBe('me too')
  })

  it('passes on the end of what an end says, and still what the other one answers', async () => {
    const { b, set } = await openEdge()
    await set({ forward: lossy(10), backward: lossy(10) })
    const socket = await dial(b.port)
    socket.end('the last word')
    const heard: Buffer[] = []
    for await (const chunk of socket) heard.push(chunk as Buffer)
    expect(Buffer.concat(heard).toString()).toBe('the last word')
  })

  it('resets its connections when the process in the namespace dies, and makes new ones under the same rules', async () => {
    const { b, set, pid } = await openEdge()
    const socket = await dial(b.port)
    await echoed(socket, 'hello')
    await set({ forward: lossy(100) })
    const first = await pid()
    if (first === undefined) throw new Error('there is no process')
    const warning = once(process, 'warning')
    process.kill(first, 'SIGKILL')
    await closed(socket)
    expect((await warning)[0]).toMatchObject({ code: 'loss-failed', facts: { pid: first } })
    const again = await dial(b.port)
    again.write('hello')
    await expect
      .poll(async () => (await countsOf(await pid()))[0]?.lost, { timeout: 20_000 })
      .toBeGreaterThan(1)
    expect(await pid()).not.toBe(first)
    expect(b.sockets).toHaveLength(1)
  })
})

describe.skipIf(whyNot !== undefined)('the namespace', () => {
  it('and its process are gone after a kill -9 of who holds them', { timeout: 60_000 }, async () => {
    const script = fileURLToPath(new URL('./support/hold-namespace.ts', import.meta.url))
    const holder = spawn(process.execPath, ['--import', 'tsx', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    opened.push({ close: () => holder.kill('SIGKILL') })
    const [said] = await once(holder.stdout, 'data')
    const pid = String(said).trim()
    const namespace = await readlink(`/proc/${pid}/ns/net`)
    expect(await usersOf(namespace)).toContain(pid)
    expect(namespace).not.toBe(await readlink('/proc/self/ns/net'))
    holder.kill('SIGKILL')
    await expect.poll(() => usersOf(namespace), { timeout: 20_000 }).toEqual([])
  })

  it('is gone with its wires', async () => {
    const { set, pid } = await openEdge()
    await set({ forward: lossy(10) })
    const namespace = await readlink(`/proc/${await pid()}/ns/net`)
    for (const one of opened.splice(0).reverse()) await one.close()
    expect(await usersOf(namespace)).toEqual([])
  })
})

/** Processes that are in a namespace. */
async function usersOf(namespace: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const links = await Promise.all(
    pids.map(async (pid) => ({ pid, link: await readlink(`/proc/${pid}/ns/net`).catch(() => '') })),
  )
  return links.filter(({ link }) => link === namespace).map(({ pid }) => pid)
}

describe.skipIf(process.platform !== 'linux')('a machine', () => {
  async function machineWith(programs: Readonly<Record<string, string>>): Promise<string> {
    const directory = await mkdtemp(join(tmpdir(), 'eth-localnet-tools-'))
    opened.push({ close: () => rm(directory, { recursive: true }) })
    for (const [name, script] of Object.entries(programs)) {
      await writeFile(join(directory, name), `#!/bin/sh\n${script}\n`)
      await chmod(join(directory, name), 0o755)
    }
    return directory
  }

  it('without nft is told what to install', async () => {
    const directory = await machineWith({ unshare: 'exit 0', ip: 'exit 0' })
    const wires = new LossyWires(() => findNamespaceTools([directory, 'relative', '']))
    await expect(wires.prepare()).rejects.toMatchObject({
      code: 'fault-unsupported',
      message: expect.stringMatching(/nft is missing[\s\S]*apt-get install nftables$/m),
    })
  })

  it('that allows no namespaces says so, and what it takes', async () => {
    const refusal = 'echo "unshare: unshare failed: Operation not permitted" >&2; exit 1'
    const directory = await machineWith({ unshare: refusal, ip: 'exit 0', nft: 'exit 0' })
    await expect(findNamespaceTools([directory])).rejects.toMatchObject({
      code: 'fault-unsupported',
      message: expect.stringMatching(/not allowed[\s\S]*--user[\s\S]*not permitted[\s\S]*root/),
    })
  })

  it('that allows user namespaces needs no root', async () => {
    const directory = await machineWith({ unshare: '[ "$1" = --user ]', ip: 'exit 0', nft: 'exit 0' })
    expect((await findNamespaceTools([directory])).options).toEqual(['--user', '--map-root-user', '--net'])
  })
})
