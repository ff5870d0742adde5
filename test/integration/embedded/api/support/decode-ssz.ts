import { routes } from '@lodestar/api'
import type { BeaconConfig } from '@lodestar/config'

interface Definition {
  readonly resp: {
    readonly data: {
      deserialize(bytes: Uint8Array, meta: unknown): unknown
      toJson(data: unknown, meta: unknown): unknown
    }
  }
}

/** The data of an answer in SSZ, as JSON. @param json the answer as JSON, which has the version in it */
export function decodeSsz(
  config: BeaconConfig,
  operationId: string,
  bytes: Uint8Array,
  json: { version?: string },
): unknown {
  const definitions = {
    ...routes.beacon.getDefinitions(config),
    ...routes.debug.getDefinitions(config),
    ...routes.validator.getDefinitions(config),
  } as unknown as Record<string, Definition>
  const data = definitions[operationId]?.resp.data
  if (data === undefined) throw new Error(`The library does not know ${operationId}.`)
  return data.toJson(data.deserialize(bytes, json), json)
}
