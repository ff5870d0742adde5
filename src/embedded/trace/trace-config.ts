import { type ChainConfig, chainConfigToJson } from '@lodestar/config'
import { activePreset, presetToJson } from '@lodestar/params'
import { stringify } from 'yaml'

/** `config.yaml` of a trace: the network's whole configuration, and all constants of its preset. */
export function traceConfig(config: ChainConfig): string {
  // The failsafe schema leaves all scalars bare, also 0x….
  return stringify({ ...presetToJson(activePreset), ...chainConfigToJson(config) }, { schema: 'failsafe' })
}
