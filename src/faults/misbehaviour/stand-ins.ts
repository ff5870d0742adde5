import type { EngineFault } from '../../embedded/engine/engine-fault.ts'
import type { DeedOrder } from '../../embedded/validator/deed.ts'
import type { NodePlan, NodePorts } from '../../plan/manifest.ts'
import { EngineProxy } from '../engine-proxy/engine-proxy.ts'
import { FaultError } from '../errors.ts'
import { RemoteSigner } from './remote-signer.ts'
import { type SignerNetwork, signerTools } from './signer/signer-network.ts'

/** What stands beside a consensus client in processes, so that it and its execution client can misbehave. */
export class StandIns implements AsyncDisposable {
  readonly #node: string
  readonly #engine: EngineProxy
  readonly #signer: RemoteSigner | undefined

  private constructor(node: string, engine: EngineProxy, signer: RemoteSigner | undefined) {
    this.#node = node
    this.#engine = engine
    this.#signer = signer
  }

  static async open(
    plan: NodePlan,
    { ports, network, logFile }: { ports: NodePorts; network: SignerNetwork; logFile: string },
  ): Promise<StandIns> {
    const engine = await EngineProxy.open({ port: ports.executionEngine })
    const { name, validators, validatorClient } = plan
    if (validatorClient !== 'remote-signer') return new StandIns(name, engine, undefined)
    const { keys } = network.manifest.validators
    const tools = signerTools(network, name)
    return new StandIns(name, engine, await RemoteSigner.open({ keys, validators, tools, logFile }))
  }

  /** Where the consensus client finds its Engine API. */
  get engineUrl(): string {
    return this.#engine.url
  }

  /** Where its validator client asks for signatures; undefined where it has the keys itself. */
  get signerUrl(): string | undefined {
    return this.#signer?.url
  }

  /** @throws {FaultError} without a remote signer, and for what it cannot do */
  setMisbehaviour(id: string, order: DeedOrder | undefined): void {
    this.#signer?.set(id, order)
    // Without a signer there is nothing to take back either.
    if (this.#signer !== undefined || order === undefined) return
    throw new FaultError({
      code: 'fault-unsupported',
      problem: `The validators of ${this.#node} take no orders: their client holds the keys itself.`,
      details: ["Start the network with `validatorClient: 'remote-signer'` for that node, or stop the node."],
      facts: { node: this.#node },
    })
  }

  setEngineFault(id: string, fault: EngineFault | undefined): void {
    this.#engine.set(id, fault)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#signer?.[Symbol.asyncDispose]()
    await this.#engine[Symbol.asyncDispose]()
  }
}
