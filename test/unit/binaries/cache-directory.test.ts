import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cacheDirectory, cachePaths } from '../../../src/processes/binaries/cache-directory.ts'
import { exampleClient } from './example-client.ts'

describe('cacheDirectory', () => {
  it.each([
    ['~/.cache by default', {}, join(homedir(), '.cache/eth-localnet')],
    ['XDG_CACHE_HOME', { XDG_CACHE_HOME: '/xdg' }, '/xdg/eth-localnet'],
    ['not a relative XDG_CACHE_HOME', { XDG_CACHE_HOME: 'xdg' }, join(homedir(), '.cache/eth-localnet')],
    ['ETH_LOCALNET_CACHE first', { ETH_LOCALNET_CACHE: '/own', XDG_CACHE_HOME: '/xdg' }, '/own'],
    ['an absolute path for a relative one', { ETH_LOCALNET_CACHE: 'own' }, resolve('own')],
  ])('is %s', (_name, environment, expected) => {
    expect(cacheDirectory(environment)).toBe(expected)
  })
})

it('keeps each version of each client apart', () => {
  const { entry } = cachePaths(exampleClient, { ETH_LOCALNET_CACHE: '/c' })
  expect(entry).toBe('/c/clients/example/1.2.3')
})
