import { type ChainConfig, chainConfigToJson } from '@lodestar/config'
import { stringify } from 'yaml'
import type { ChainPlan } from '../plan/manifest.ts'
import { presetOverrides } from './preset.ts'

/**
 * Keys that consensus clients of the Fulu release (Prysm 7.0.0) do not know yet and complain about. Each
 * has its default here, or repeats another key: SLOT_DURATION_MS is SECONDS_PER_SLOT.
 */
const tooNew = new Set([
  'SLOT_DURATION_MS',
  'PROPOSER_REORG_CUTOFF_BPS',
  'ATTESTATION_DUE_BPS',
  'AGGREGATE_DUE_BPS',
  'CONTRIBUTION_DUE_BPS',
  'PAYLOAD_ATTESTATION_DUE_BPS',
  'MAX_REQUEST_PAYLOADS',
  'MIN_BUILDER_WITHDRAWABILITY_DELAY',
])

/** `config.yaml` for consensus clients: the whole configuration, and the constants the preset does not have. */
export function makeConfigYaml(chain: ChainPlan, config: ChainConfig): string {
  const known = Object.entries(chainConfigToJson(config)).filter(
    ([key]) => !tooNew.has(key) && !key.includes('GLOAS'),
  )
  const constants = Object.entries(presetOverrides(chain)).map(([key, value]) => [key, String(value)])
  // The failsafe schema leaves all scalars bare, also 0x…, as consensus clients want them.
  return stringify(Object.fromEntries([...known, ...constants]), { schema: 'failsafe' })
}
