import type { BeaconConfig } from '@lodestar/config'
import type { ISignatureSet } from '@lodestar/state-transition'
import type { Protocol } from '../protocol/protocol.ts'
import { AttestationContents } from './attestation-content.ts'
import type { Topic, TopicKind } from './topics.ts'
import { type Refusal, reject } from './verdicts.ts'

/** Signatures that a rule of the specification wants valid. */
export interface SignatureCheck {
  readonly sets: readonly ISignatureSet[]
  /** What is said of the message when they are not. */
  readonly reason: string
}

/** Why the signatures of a message do not pass, or that they do. */
interface Outcome {
  readonly refusal: Refusal | undefined
}

/**
 * A message and what follows from its content alone, worked out once for all nodes: decoding it, and whether
 * its signatures are valid.
 */
export class SharedMessage<Content> {
  readonly kind: TopicKind
  readonly fork: string
  readonly content: Content
  #context: object | undefined
  #outcome: Outcome | Promise<Refusal | undefined> | undefined

  constructor({ kind, fork }: Topic, content: Content) {
    this.kind = kind
    this.fork = fork
    this.content = content
  }

  /**
   * What its signatures were found to be before; undefined when they were not verified yet.
   *
   * @param context what the checks depend on besides the content, such as a sync committee
   */
  outcome(context: object | undefined): Outcome | undefined {
    if (this.#context !== context || this.#outcome instanceof Promise) return undefined
    return this.#outcome
  }

  /** The first of the checks that fails. Those who ask meanwhile wait for the same. */
  verify(
    protocol: Protocol,
    checks: () => readonly SignatureCheck[],
    context: object | undefined,
  ): Promise<Refusal | undefined> {
    if (this.#outcome instanceof Promise && this.#context === context) return this.#outcome
    const pending = firstFailure(protocol, checks())
    this.#context = context
    this.#outcome = pending
    return pending.then((refusal) => {
      if (this.#outcome === pending) this.#outcome = { refusal }
      return refusal
    })
  }
}

/** All are asked for in one go, so that they are verified as one batch. */
async function firstFailure(
  { signatures }: Protocol,
  checks: readonly SignatureCheck[],
): Promise<Refusal | undefined> {
  const verdicts = await Promise.all(checks.map(({ sets }) => signatures.verify(sets)))
  const failed = checks[verdicts.indexOf(false)]
  return failed && reject(failed.reason)
}

/** What the gossip of all nodes of a network shares. */
export class SharedGossip {
  static readonly #ofProtocol = new WeakMap<Protocol, SharedGossip>()

  readonly protocol: Protocol
  readonly contents: AttestationContents
  /** By their bytes: nodes of one process get the same ones. A malformed message is remembered as such. */
  readonly #messages = new WeakMap<Uint8Array, SharedMessage<unknown> | Malformed>()

  static of(protocol: Protocol): SharedGossip {
    const known = SharedGossip.#ofProtocol.get(protocol)
    if (known !== undefined) return known
    const shared = new SharedGossip(protocol)
    SharedGossip.#ofProtocol.set(protocol, shared)
    return shared
  }

  private constructor(protocol: Protocol) {
    this.protocol = protocol
    this.contents = new AttestationContents(protocol.config)
  }

  get config(): BeaconConfig {
    return this.protocol.config
  }

  /** @returns undefined for a message that is malformed */
  decode<Content>(
    topic: Topic,
    bytes: Uint8Array,
    decode: (bytes: Uint8Array, topic: Topic, shared: SharedGossip) => Content,
  ): SharedMessage<Content> | undefined {
    const known = this.#messages.get(bytes)
    if (known !== undefined && known.kind === topic.kind && known.fork === topic.fork) {
      return known instanceof SharedMessage ? (known as SharedMessage<Content>) : undefined
    }
    const message = attempt(() => new SharedMessage(topic, decode(bytes, topic, this)))
    this.#messages.set(bytes, message ?? { kind: topic.kind, fork: topic.fork })
    return message
  }

  /** Takes over a message that was made here, so that its receivers need not decode it. */
  adopt<Content>(topic: Topic, bytes: Uint8Array, content: Content): SharedMessage<Content> {
    const message = new SharedMessage(topic, content)
    this.#messages.set(bytes, message)
    return message
  }
}

type Malformed = Pick<Topic, 'kind' | 'fork'>

/** Decoders throw on malformed bytes, whatever they throw. */
function attempt<Value>(make: () => Value): Value | undefined {
  try {
    return make()
  } catch {
    return undefined
  }
}
