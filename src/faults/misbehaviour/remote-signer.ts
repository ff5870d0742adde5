import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SecretKey } from '@chainsafe/blst'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { DeedOrder } from '../../embedded/validator/deed.ts'
import { bytesToHex, hexToBytes } from '../../genesis/hex.ts'
import { validatorSecretKeys } from '../../genesis/validator-keys.ts'
import type { SlotClock } from '../../network/slot-clock.ts'
import type { Hex, ValidatorKeySource } from '../../plan/manifest.ts'
import { type SignRequest, signRequestSchema } from './sign-request.ts'
import { SignerDeeds } from './signer-deeds.ts'

const loopback = '127.0.0.1'
/** A request carries a header or an attestation, no block. */
const bodyBytesMax = 2 ** 20

interface Key {
  readonly validatorIndex: number
  readonly secretKey: SecretKey
}

/**
 * Signs for a validator client in a process of its own, by the web3signer protocol
 * (https://consensys.github.io/web3signer, `eth2`), so that its validators can be told to misbehave: a
 * signature that is refused or comes late is a duty not done, or done late. It has no slashing protection of
 * its own; the validator client's is in force.
 *
 * Everybody on this machine can ask it for signatures: its keys are worth nothing outside of the network.
 */
export class RemoteSigner implements AsyncDisposable {
  readonly url: string
  readonly #server: Server
  readonly #deeds: SignerDeeds

  private constructor(server: Server, deeds: SignerDeeds) {
    this.url = `http://${loopback}:${(server.address() as AddressInfo).port}`
    this.#server = server
    this.#deeds = deeds
  }

  /** Listens on a free port of the loopback interface, with the keys of these validators. */
  static async open(parameters: {
    keys: ValidatorKeySource
    validators: { readonly first: number; readonly count: number }
    clock: SlotClock
  }): Promise<RemoteSigner> {
    const { keys, validators, clock } = parameters
    const deeds = new SignerDeeds(clock)
    const app = signerApp(loadKeys(keys, validators), deeds)
    const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server
    server.listen(0, loopback)
    await once(server, 'listening')
    return new RemoteSigner(server, deeds)
  }

  /** Gives an order, or takes it back. @throws {FaultError} for a deed that cannot be done by signatures */
  set(id: string, order: DeedOrder | undefined): void {
    this.#deeds.set(id, order)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
  }
}

function signerApp(keys: ReadonlyMap<string, Key>, deeds: SignerDeeds): Hono {
  const app = new Hono()
  app.use(bodyLimit({ maxSize: bodyBytesMax }))
  app.get('/upcheck', (context) => context.text('OK'))
  app.get('/api/v1/eth2/publicKeys', (context) => context.json([...keys.keys()]))
  app.post('/api/v1/eth2/sign/:identifier', async (context) => {
    const key = keys.get(context.req.param('identifier').toLowerCase())
    if (key === undefined) return context.json({ error: 'no such key' }, 404)
    const body = signRequestSchema.safeParse(await context.req.json().catch(() => undefined))
    if (!body.success) return context.json({ error: 'not a request to sign' }, 400)
    const isAllowed = await deeds.allow(key.validatorIndex, body.data)
    // 412 is what a web3signer says when its slashing protection refuses.
    if (!isAllowed) return context.json({ error: 'the validator was told to misbehave' }, 412)
    return context.json({ signature: sign(key, body.data) })
  })
  return app
}

function sign({ secretKey }: Key, { signingRoot }: SignRequest): string {
  return bytesToHex(secretKey.sign(hexToBytes(signingRoot as Hex)).toBytes())
}

function loadKeys(
  source: ValidatorKeySource,
  { first, count }: { readonly first: number; readonly count: number },
): Map<string, Key> {
  const secretKeys = validatorSecretKeys(source, first, count).map((bytes) => SecretKey.fromBytes(bytes))
  return new Map(
    secretKeys.map((secretKey, offset) => {
      const publicKey = bytesToHex(secretKey.toPublicKey().toBytes())
      return [publicKey, { validatorIndex: first + offset, secretKey }]
    }),
  )
}
