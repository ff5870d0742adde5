import { pbkdf2Sync } from 'node:crypto'
import { validateMnemonic } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import { countOf } from './count-of.ts'
import { nearestOf } from './nearest.ts'
import { OptionError } from './option-error.ts'

const wordCounts = [12, 15, 18, 21, 24]

/**
 * The mnemonic with single spaces between its words. Errors name a wrong word and never the whole phrase,
 * which may be a secret.
 *
 * @throws OptionError unless it is a valid BIP-39 mnemonic in English.
 */
export function checkMnemonic(mnemonic: string, field: string): string {
  const words = mnemonic.normalize('NFKD').trim().split(/\s+/)
  if (!wordCounts.includes(words.length)) {
    throw new OptionError({
      field,
      problem: `it has ${countOf(words.length, 'word')}`,
      allowed: `${wordCounts.join(', ')} words of the BIP-39 English list`,
    })
  }
  const position = words.findIndex((word) => !wordlist.includes(word))
  if (position >= 0) {
    throw new OptionError({
      field,
      problem: `word ${position + 1} is not in the BIP-39 English list`,
      given: words[position],
      nearest: nearestOf(words[position], wordlist),
    })
  }
  const phrase = words.join(' ')
  if (validateMnemonic(phrase, wordlist)) return phrase
  throw new OptionError({
    field,
    problem: 'its checksum is wrong',
    allowed: 'a BIP-39 mnemonic',
    hints: ['A word is wrong or out of place: the last word is a checksum of the others.'],
  })
}

/**
 * The seed of a checked mnemonic without passphrase, 64 bytes (BIP-39). Node's own PBKDF2 takes 1 ms where
 * the library's takes 40 ms in a new process, and every start of a network would wait for it.
 */
export function mnemonicSeed(mnemonic: string): Uint8Array {
  return pbkdf2Sync(mnemonic, 'mnemonic', 2048, 64, 'sha512')
}
