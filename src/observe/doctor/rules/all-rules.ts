import { causes, type Rule, type UnhealthyCause } from '../diagnosis.ts'
import { clientCrashed } from './client-crashed.ts'
import { clockSkew } from './clock-skew.ts'
import { configMismatch } from './config-mismatch.ts'
import { diskFull } from './disk-full.ts'
import { engineInvalid } from './engine-invalid.ts'
import { engineSyncing } from './engine-syncing.ts'
import { engineUnreachable } from './engine-unreachable.ts'
import { finalityStalled } from './finality-stalled.ts'
import { forkScheduleMismatch } from './fork-schedule-mismatch.ts'
import { genesisMismatch } from './genesis-mismatch.ts'
import { jwtWrong } from './jwt-wrong.ts'
import { keysDuplicated } from './keys-duplicated.ts'
import { keysMissing } from './keys-missing.ts'
import { noPeers } from './no-peers.ts'
import { notAnswering } from './not-answering.ts'
import { notRunning } from './not-running.ts'
import { notYetGenesis } from './not-yet-genesis.ts'
import { partition } from './partition.ts'
import { slotsTooShort } from './slots-too-short.ts'
import { stakeOffline } from './stake-offline.ts'
import { startFailed } from './start-failed.ts'
import { syncing } from './syncing.ts'

const ruleOf: Readonly<Record<UnhealthyCause, Rule>> = {
  'disk-full': diskFull,
  'genesis-mismatch': genesisMismatch,
  'fork-schedule-mismatch': forkScheduleMismatch,
  'config-mismatch': configMismatch,
  'client-crashed': clientCrashed,
  'start-failed': startFailed,
  'not-running': notRunning,
  'jwt-wrong': jwtWrong,
  'engine-unreachable': engineUnreachable,
  'engine-invalid': engineInvalid,
  'engine-syncing': engineSyncing,
  'not-answering': notAnswering,
  'not-yet-genesis': notYetGenesis,
  'clock-skew': clockSkew,
  'keys-duplicated': keysDuplicated,
  'stake-offline': stakeOffline,
  partition,
  'no-peers': noPeers,
  'keys-missing': keysMissing,
  'slots-too-short': slotsTooShort,
  syncing,
  'finality-stalled': finalityStalled,
}

/** In the order of their causes: what explains most comes first. */
export const allRules: readonly Rule[] = causes.map((cause) => ruleOf[cause])
