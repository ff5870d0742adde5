import type { FaultRecord, HistoryRecord, NodeRecord, RunRecord } from '../history-record.ts'
import { type Connectedness, connectedness } from './connected-stake.ts'

interface KnownNode {
  readonly state: NodeRecord['state']
  readonly validators: { readonly first: number; readonly count: number }
}

/** Share of the stake that finality needs. */
const finalityShare = 2 / 3

/** Faults of nodes that were ended or frozen: their validators are silent, but as honest as before. */
const silentKinds: ReadonlySet<string> = new Set(['kill', 'pause'])

/**
 * Under what conditions a network ran: which nodes, which faults, how much stake is connected. Liveness is
 * demanded only while there is enough of it, and good performance only while nothing is broken.
 */
export class Conditions {
  readonly #nodes = new Map<string, KnownNode>()
  #edges: (readonly [string, string])[] = []
  readonly #faults = new Map<string, FaultRecord>()
  readonly #dishonest = new Set<number>()
  #run: RunRecord | undefined
  #connectedness: Connectedness | undefined
  #isReady = false
  #quietSinceMs: number | undefined
  #calmSinceMs: number | undefined
  /** Whether calm was ever disturbed since the network was ready. */
  #wasDisturbed = false

  add(record: HistoryRecord): void {
    switch (record.type) {
      case 'run':
        this.#onRun(record)
        break
      case 'network':
        this.#isReady = record.state === 'ready'
        break
      case 'node':
        this.#onNode(record)
        break
      case 'fault':
        this.#onFault(record)
        break
      case 'gap':
        // A network that nobody watched, as on a machine that was asleep, was not quiet.
        if (record.node === undefined) this.#disturb()
        break
      default:
        return
    }
    this.#connectedness = undefined
    this.#follow(record.timeMs)
  }

  get run(): RunRecord | undefined {
    return this.#run
  }

  /** Validators that were ever made to break the rules. */
  get dishonest(): ReadonlySet<number> {
    return this.#dishonest
  }

  /** Whether a fault is in force whose effect nobody can know: everything may be its doing. */
  get hasObscureFault(): boolean {
    return [...this.#faults.values()].some(
      ({ cut, validators }) => cut === undefined && validators === undefined,
    )
  }

  /** Whether connections are cut between nodes. */
  get isCut(): boolean {
    return [...this.#faults.values()].some(({ cut = [] }) => cut.length > 0)
  }

  /** Whether all running nodes are connected with each other, over others of them or directly. */
  get isWhole(): boolean {
    return this.#connected.isWhole
  }

  /** Epoch in which at least 2/3 of the stake came to be connected, and is since; undefined when it is not. */
  get quietSinceEpoch(): number | undefined {
    return this.#quietSinceMs === undefined ? undefined : this.epochAt(this.#quietSinceMs)
  }

  /**
   * The first epoch that nothing has disturbed since, so many epochs for its effects to wear off included;
   * undefined while something is disturbed: a fault, or a node with validators that does not run.
   */
  calmFromEpoch(settleEpochs: number): number | undefined {
    if (this.#calmSinceMs === undefined) return undefined
    // The start of a network is no fault whose effects would have to wear off.
    return this.#wasDisturbed ? this.epochAt(this.#calmSinceMs) + 1 + settleEpochs : 0
  }

  epochAt(timeMs: number): number {
    if (this.#run === undefined) return 0
    const { genesisTimeMs, chain } = this.#run
    const slot = Math.floor((timeMs - genesisTimeMs) / chain.slotDurationMs)
    return Math.max(0, Math.floor(slot / chain.slotsPerEpoch))
  }

  #onRun(run: RunRecord): void {
    this.#run = run
    this.#nodes.clear()
    this.#faults.clear()
    this.#isReady = false
    this.#wasDisturbed = false
    for (const { name, validators } of run.nodes) this.#nodes.set(name, { state: 'stopped', validators })
    this.#edges = run.edges.map(({ a, b }) => [a, b] as const)
  }

  #onNode({ node, state, plan }: NodeRecord): void {
    if (state === 'removed') this.#nodes.delete(node)
    const validators = plan?.validators ?? this.#nodes.get(node)?.validators
    if (state === 'removed' || validators === undefined) return
    this.#nodes.set(node, { state, validators })
    for (const peer of plan?.peers ?? []) this.#edges.push([node, peer])
  }

  #onFault(fault: FaultRecord): void {
    if (fault.phase === 'end') {
      this.#faults.delete(fault.id)
      return
    }
    this.#faults.set(fault.id, fault)
    if (silentKinds.has(fault.kind)) return
    for (const validator of fault.validators ?? []) this.#dishonest.add(validator)
  }

  #disturb(): void {
    this.#quietSinceMs = undefined
    this.#calmSinceMs = undefined
    this.#wasDisturbed = true
  }

  #follow(timeMs: number): void {
    const isKnown = !this.hasObscureFault
    const share = this.#run === undefined ? 0 : this.#connected.votesConnected / this.#run.validators
    if (isKnown && share >= finalityShare) this.#quietSinceMs ??= timeMs
    else this.#quietSinceMs = undefined
    if (isKnown && share === 1) this.#calmSinceMs ??= timeMs
    else if (this.#calmSinceMs !== undefined || this.#isReady) {
      this.#calmSinceMs = undefined
      this.#wasDisturbed ||= this.#isReady
    }
  }

  get #connected(): Connectedness {
    this.#connectedness ??= this.#measure()
    return this.#connectedness
  }

  #measure(): Connectedness {
    const faults = [...this.#faults.values()]
    const silent = new Set(faults.flatMap(({ validators = [] }) => validators))
    const cut = new Set(faults.flatMap(({ cut = [] }) => cut.flatMap(([a, b]) => [`${a} ${b}`, `${b} ${a}`])))
    const members = [...this.#nodes]
      .filter(([, { state }]) => state === 'running')
      .map(
        ([
          name,
          {
            validators: { first, count },
          },
        ]) => {
          const silenced = [...silent].filter((index) => index >= first && index < first + count).length
          return { name, votes: count - silenced }
        },
      )
    return connectedness(
      members,
      this.#edges.filter(([a, b]) => !cut.has(`${a} ${b}`)),
    )
  }
}
