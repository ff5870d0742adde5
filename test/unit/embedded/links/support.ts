import { VirtualClock } from '../../../../src/embedded/clock/virtual-clock.ts'
import { LinkNetwork } from '../../../../src/embedded/links/link-network.ts'
import type { MemoryWire } from '../../../../src/embedded/links/memory-wire.ts'
import type { WireHandlers } from '../../../../src/embedded/links/wire.ts'

export const topic = '/eth2/00000000/beacon_block/ssz_snappy'
export const seenTtlMs = 10_000

/** What a node was told, in order. */
export interface Received {
  readonly timeMs: number
  readonly node: number
  readonly from: number
  readonly text: string
}

export interface TestNetwork {
  readonly clock: VirtualClock
  readonly links: LinkNetwork
  readonly wires: readonly MemoryWire[]
  readonly received: Received[]
  /** `0 connects 1`, `0 loses 1`. */
  readonly connections: string[]
  readonly errors: { readonly peerId: string; readonly error: unknown }[]
  /** Opens a node and subscribes it to the topic. */
  readonly open: (node: number, handlers?: Partial<WireHandlers>) => void
  readonly publish: (node: number, text: string) => void
}

export function peerId(node: number): string {
  return `peer-${node}`
}

/** Nodes 0, 1, … that accept everything, with links of 2 to 12 ms. All are open unless told otherwise. */
export function testNetwork(
  nodes: number,
  edges: readonly (readonly [number, number])[],
  options: {
    readonly isClosed?: boolean
    readonly seed?: number
    readonly stallMs?: number
    readonly handlers?: Partial<WireHandlers>
  } = {},
): TestNetwork {
  const clockErrors = (error: unknown) => errors.push({ peerId: 'clock', error })
  const errors: { peerId: string; error: unknown }[] = []
  const clock = new VirtualClock({ startMs: 0, onError: clockErrors, stallMs: options.stallMs ?? 10_000 })
  const onError = (id: string, error: unknown) => errors.push({ peerId: id, error })
  const links = new LinkNetwork({ clock, seed: options.seed ?? 1, seenTtlMs, onError })
  for (let node = 0; node < nodes; node++) links.mesh.addNode(peerId(node))
  for (const [a, b] of edges) links.mesh.addLink(peerId(a), peerId(b))
  const wires = Array.from({ length: nodes }, (_, node) => links.wire(peerId(node)))
  const received: Received[] = []
  const connections: string[] = []
  const numberOf = (id: string) => Number(id.slice('peer-'.length))
  const open = (node: number, handlers: Partial<WireHandlers> = {}) => {
    const { onGossip = () => 'accept', ...others } = { ...options.handlers, ...handlers }
    wires[node]?.subscribe(topic)
    wires[node]?.open({
      onGossip: (message, from) => {
        const text = new TextDecoder().decode(message.data)
        received.push({ timeMs: clock.nowMs, node, from: numberOf(from), text })
        return onGossip(message, from)
      },
      onRequest: () => [],
      onConnect: (peer, direction) => connections.push(`${node} connects ${numberOf(peer)} ${direction}`),
      onDisconnect: (peer) => connections.push(`${node} loses ${numberOf(peer)}`),
      ...others,
    })
  }
  if (!options.isClosed) for (let node = 0; node < nodes; node++) open(node)
  const publish = (node: number, text: string) => wires[node]?.publish(topic, new TextEncoder().encode(text))
  return { clock, links, wires, received, connections, errors, open, publish }
}

/** Sets the delay of a link. */
export function setDelay({ links }: TestNetwork, a: number, b: number, delayMs: number): void {
  links.mesh.link(peerId(a), peerId(b)).setQuality({ delayMs })
}
